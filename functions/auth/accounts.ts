import type { Database } from '#shared/database/database.ts';
import { withTransaction } from '#shared/database/transaction.ts';
import { AppError } from '#shared/errors/app-error.ts';
import type { LimitState } from '#shared/http/rate-limit.ts';
import type { Context } from '#shared/runtime/context.ts';
import { mailRegistrationLink } from './links.ts';
import { type Account, findAccount, insertAccount, lockAccount } from './queries/accounts.ts';
import { recordEvents } from './queries/events.ts';
import { countRegistration } from './registration-limit.ts';
import type { Client } from './rules/client.ts';
import { usernameKey } from './rules/username.ts';

/** What a person signs up with, validated. */
export interface Registration {
  readonly email: string;
  readonly username: string;
  readonly password: string;
}

/**
 * Creates an unverified account with default settings and mails its link, all in one transaction.
 * @throws AppError `rate_limited`, `email_taken`, `username_taken`
 */
export const registerAccount = async (
  context: Context,
  { email, username, password }: Registration,
  client: Client,
): Promise<{ id: number; limits: LimitState[] }> => {
  const limits = await countRegistration(context, client.network);
  const passwordHash = await context.passwords.hash(password, context.signal);
  const now = context.now();
  const id = await withTransaction(context.db, async (transaction) => {
    const key = usernameKey(username);
    const account = { username, usernameKey: key, email, passwordHash, role: 1 as const };
    const userId = await insertAccount(transaction, account, now);
    await recordEvents(transaction, [{ kind: 'register', userId, client }], now);
    await mailRegistrationLink(transaction, context, { id: userId, email }, now);
    return userId;
  });
  return { id, limits };
};

/** The caller's own account. @throws AppError `invalid_token` when it is gone or no longer active (R14) */
export const getOwnAccount = async (context: Context, userId: number): Promise<Account> => {
  const account = await findAccount(context.db, userId);
  if (account?.state !== 'active') throw new AppError('invalid_token');
  return account;
};

/** Locks the caller's own account until the transaction ends. @throws AppError `invalid_token`, as above */
export const lockOwnAccount = async (transaction: Database, userId: number): Promise<Account> => {
  const account = await lockAccount(transaction, userId);
  if (account?.state !== 'active') throw new AppError('invalid_token');
  return account;
};
