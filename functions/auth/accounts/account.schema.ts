import { z } from 'zod';
import { type LinkContext, url } from '#functions/media/index.ts';
import { idField, timestamp } from '#shared/http/fields.ts';
import { livePendingEmail } from '../links/rules/verification-outcome.ts';
import type { Account } from './queries/accounts.ts';

/** A role: 1 user, 2 tutor, 3 admin. */
export const roleField = () => z.literal([1, 2, 3]).meta({ override: { type: 'integer', enum: [1, 2, 3] } });

/** The account as sign-in answers show it. */
export const userBody = () =>
  z.object({ id: idField(), username: z.string(), email: z.string(), role: roleField() });

/** {@link userBody} of an account. */
export const toUserBody = ({ id, username, email, role }: Account) => ({ id, username, email, role });

/** The address of a picture in an answer. */
export const avatarField = () => z.url().meta({ description: 'A link that expires.' });

/** The address of an account's picture; undefined without one. */
export const avatarUrl = (
  context: LinkContext,
  { avatarMediaId }: Pick<Account, 'avatarMediaId'>,
): string | undefined => avatarMediaId && url(context, 'avatar', avatarMediaId);

/** The account as its owner sees it; `pendingEmail` is absent unless an address waits to be confirmed. */
export const profileBody = () =>
  z.object({
    id: idField(),
    username: z.string(),
    email: z.string(),
    pendingEmail: z.string().optional(),
    role: roleField(),
    avatar: avatarField().optional(),
    active: z.boolean(),
    createdAt: timestamp(),
  });

/** {@link profileBody} of an account. */
export const toProfileBody = (account: Account, context: LinkContext) => {
  const { id, username, email, role, state, createdAt } = account;
  const pendingEmail = livePendingEmail(account, context.now());
  const avatar = avatarUrl(context, account);
  return {
    id,
    username,
    email,
    ...(pendingEmail === undefined ? {} : { pendingEmail }),
    role,
    ...(avatar === undefined ? {} : { avatar }),
    active: state === 'active',
    createdAt: createdAt.toISOString(),
  };
};
