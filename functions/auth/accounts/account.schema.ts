import { z } from 'zod';
import { type LinkContext, url } from '#functions/media/index.ts';
import { idField, timestamp } from '#shared/http/fields.ts';
import { livePendingEmail } from '../links/rules/verification-outcome.ts';
import type { Account } from './queries/accounts.ts';

/** A role: 1 user, 2 tutor, 3 admin. */
export const roleSchema = z.literal([1, 2, 3]).meta({
  id: 'Role',
  description: '1 is a user, 2 a tutor, 3 an admin.',
  override: { type: 'integer', enum: [1, 2, 3] },
});

/** The account as sign-in answers show it. */
export const signedInUserSchema = z
  .object({ id: idField(), username: z.string(), email: z.string(), role: roleSchema })
  .meta({ id: 'SignedInUser' });

/** {@link signedInUserSchema} of an account. */
export const toUserBody = ({ id, username, email, role }: Account) => ({ id, username, email, role });

/** The address of a picture in an answer. */
export const avatarField = () => z.url().meta({ description: 'Link to the picture; it expires.' });

/** The address of an account's picture; undefined without one. */
export const avatarUrl = (
  context: LinkContext,
  { avatarMediaId }: Pick<Account, 'avatarMediaId'>,
): string | undefined => avatarMediaId && url(context, 'avatar', avatarMediaId);

/** The account as its owner sees it; `pendingEmail` is absent unless an address waits to be confirmed. */
export const profileSchema = z
  .object({
    id: idField(),
    username: z.string(),
    email: z.string(),
    pendingEmail: z
      .string()
      .optional()
      .meta({ description: 'A new address that has not been confirmed yet.' }),
    role: roleSchema,
    avatar: avatarField().optional(),
    active: z.boolean(),
    createdAt: timestamp(),
  })
  .meta({ id: 'Profile' });

/** {@link profileSchema} of an account. */
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
