import type { Transaction } from '#shared/database/database.ts';
import { withTransaction } from '#shared/database/transaction.ts';
import { AppError } from '#shared/errors/app-error.ts';
import type { Context } from '#shared/host/context.ts';
import { recordRefusal } from '../events/queries/events.ts';
import type { Client } from '../events/rules/client.ts';
import {
  accountSubject,
  type LoginSubject,
  MAXIMUM_JUDGEMENTS,
  reserveLogin,
} from '../limits/login-throttle.ts';
import { type Account, findLoginAccount, lockAccount } from './queries/accounts.ts';

/** A password that a signed-in user types once more. */
export interface GivenPassword {
  readonly userId: number;
  readonly password: string;
  readonly client: Client;
}

/** The account as it is now, and as the login counters know it. @throws AppError `invalid_token` (R14) */
const lookUp = async (
  context: Context,
  { userId, client }: Omit<GivenPassword, 'password'>,
): Promise<{ account: Account; subject: LoginSubject }> => {
  const found = await findLoginAccount(context.db, { id: userId }, client.network);
  if (found?.account.state !== 'active') throw new AppError('invalid_token');
  const { account, networkUsedAt } = found;
  return { account, subject: { account: accountSubject(userId), userId, client, networkUsedAt } };
};

/** A signed-in user as the login counters know one. @throws AppError `invalid_token` */
export const loginSubjectOf = async (
  context: Context,
  given: Omit<GivenPassword, 'password'>,
): Promise<LoginSubject> => (await lookUp(context, given)).subject;

/** Judges the password once; the account returned is the one whose hash it was compared with. */
const judge = async (context: Context, given: GivenPassword): Promise<Account> => {
  const { account, subject } = await lookUp(context, given);
  const attempt = await reserveLogin(context, subject);
  const right = await context.passwords
    .check(given.password, account.passwordHash, context.signal)
    .catch(async (error: unknown) => {
      await attempt.settle('release');
      throw error;
    });
  // A right one clears nothing: whoever holds a stolen session must not get new guesses by it (R21).
  await attempt.settle(right ? 'release' : 'failure');
  if (right) {
    attempt.tellCaller();
    return account;
  }
  const { userId, client } = given;
  await recordRefusal(context.db, { kind: 'login_failed', userId, client }, context.now());
  throw new AppError('invalid_credentials');
};

/** What is done in the transaction; the account's row is locked and still has the password that was judged. */
export type Confirmed<T> = (transaction: Transaction, account: Account) => Promise<T>;

/**
 * Checks the password of a signed-in user, counted and limited as a login (auth.md R20), and runs `work` in a
 * transaction that holds the account's lock. `prepare` sees the judged account first, for what takes long; it
 * runs again when the password changed before the lock was had.
 * @throws AppError `invalid_credentials`, `rate_limited`, `invalid_token` when the account is gone or disabled
 */
export const confirmPassword = async <T>(
  context: Context,
  given: GivenPassword,
  prepare: (judged: Account) => Confirmed<T> | Promise<Confirmed<T>>,
): Promise<T> => {
  for (let judgements = 0; judgements < MAXIMUM_JUDGEMENTS; judgements++) {
    const judged = await judge(context, given);
    const work = await prepare(judged);
    const done = await withTransaction(context.db, async (transaction) => {
      const account = await lockAccount(transaction, judged.id);
      if (account?.passwordHash !== judged.passwordHash || account.state !== judged.state) return undefined;
      return { result: await work(transaction, account) };
    });
    if (done) return done.result;
  }
  throw new AppError('unavailable');
};
