import { z } from 'zod';
import { idField, timestamp } from '#shared/http/fields.ts';
import type { Account } from './queries/accounts.ts';
import { livePendingEmail } from './rules/verification-outcome.ts';

/** A role in an answer: 1 user, 2 tutor, 3 admin. */
const roleField = () => z.literal([1, 2, 3]);

/** The account as sign-in answers show it. */
export const userBody = () =>
  z.object({ id: idField(), username: z.string(), email: z.string(), role: roleField() });

/** {@link userBody} of an account. */
export const toUserBody = ({ id, username, email, role }: Account) => ({ id, username, email, role });

/** The account as its owner sees it; `pendingEmail` is absent unless an address waits to be confirmed. */
export const profileBody = () =>
  z.object({
    id: idField(),
    username: z.string(),
    email: z.string(),
    pendingEmail: z.string().optional(),
    role: roleField(),
    active: z.boolean(),
    createdAt: timestamp(),
  });

/** {@link profileBody} of an account. */
export const toProfileBody = (account: Account, now: Date) => {
  const { id, username, email, role, state, createdAt } = account;
  const pendingEmail = livePendingEmail(account, now);
  return {
    id,
    username,
    email,
    ...(pendingEmail === undefined ? {} : { pendingEmail }),
    role,
    active: state === 'active',
    createdAt: createdAt.toISOString(),
  };
};
