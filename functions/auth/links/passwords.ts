import type { Queryable } from '#shared/database/database.ts';
import { afterCommit, withTransaction } from '#shared/database/transaction.ts';
import { AppError, invalid } from '#shared/errors/app-error.ts';
import type { Context } from '#shared/host/context.ts';
import { refuseIdentity } from '../accounts/credentials.schema.ts';
import { confirmPassword } from '../accounts/current-password.ts';
import {
  type Account,
  confirmEmail,
  findAccount,
  lockAccount,
  storePasswordHash,
} from '../accounts/queries/accounts.ts';
import { recordEvents } from '../events/queries/events.ts';
import type { Client } from '../events/rules/client.ts';
import { clearLoginCounters } from '../limits/login-throttle.ts';
import { endSessions } from '../sessions/session-ends.ts';
import { hashToken } from './opaque-token.ts';
import { findResetLink, type ResetLink, spendResetLinks, useLink } from './queries/one-time-tokens.ts';
import { resetOutcome } from './rules/reset-outcome.ts';

/** The calling user with the session of the request. */
export interface SignedIn {
  readonly userId: number;
  readonly sessionId: number;
}

/**
 * Sets a new password for whoever knows the present one, and ends all other sessions.
 * @throws AppError `invalid_credentials`, `rate_limited`, `validation_failed` (auth.md R3)
 */
export const changePassword = (
  context: Context,
  { userId, sessionId }: SignedIn,
  given: { readonly currentPassword: string; readonly password: string },
  client: Client,
): Promise<void> =>
  confirmPassword(context, { userId, password: given.currentPassword, client }, async (judged) => {
    refuseIdentity(given.password, judged);
    const hash = await context.passwords.hash(given.password, context.signal);
    return async (transaction, account) => {
      const now = context.now();
      refuseIdentity(given.password, account);
      await storePasswordHash(transaction, userId, hash, now);
      await spendResetLinks(transaction, userId, now);
      await recordEvents(transaction, [{ kind: 'password_changed', userId, client }], now);
      await endSessions(transaction, context, { userId, reason: 'password_changed', except: sessionId }, now);
    };
  });

/** The open link with this token and its account. @throws AppError `validation_failed`, `gone` */
const openResetLink = async (
  db: Queryable,
  hash: Buffer,
  find: typeof findAccount,
  now: Date,
): Promise<{ link: ResetLink; account: Account }> => {
  const named = await findResetLink(db, hash);
  const account = named && (await find(db, named.userId));
  // Again, as another use may have held the lock.
  const link = account && (await findResetLink(db, hash));
  const outcome = resetOutcome(link, account, now);
  if (!link || !account || outcome === 'unknown') {
    throw invalid({ field: 'token', message: 'is unknown', code: 'unknown_token' });
  }
  if (outcome === 'gone') throw new AppError('gone');
  return { link, account };
};

/**
 * Sets a new password by a link, once (auth.md R18), and ends all sessions. An unverified account becomes active,
 * because the link went to its address.
 * @throws AppError `validation_failed` for an unknown token or by R3, when the link stays usable; `gone`
 */
export const resetPassword = async (
  context: Context,
  { token, password }: { readonly token: string; readonly password: string },
  client: Client,
): Promise<void> => {
  const linkHash = hashToken(token);
  const judged = await openResetLink(context.db, linkHash, findAccount, context.now());
  refuseIdentity(password, judged.account);
  const passwordHash = await context.passwords.hash(password, context.signal);
  await withTransaction(context.db, async (transaction) => {
    const now = context.now();
    const { link, account } = await openResetLink(transaction, linkHash, lockAccount, now);
    refuseIdentity(password, account);
    const userId = account.id;
    await useLink(transaction, link.id, now);
    await spendResetLinks(transaction, userId, now);
    await storePasswordHash(transaction, userId, passwordHash, now);
    if (account.state === 'unverified') {
      await confirmEmail(transaction, userId, now);
      await recordEvents(transaction, [{ kind: 'email_verified', userId, client }], now);
    }
    await recordEvents(transaction, [{ kind: 'password_reset', userId, client }], now);
    await endSessions(transaction, context, { userId, reason: 'password_reset' }, now);
    afterCommit(transaction, () => clearLoginCounters(context, userId));
  });
};
