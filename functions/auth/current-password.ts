import type { Database } from '#shared/database/database.ts';
import { withTransaction } from '#shared/database/transaction.ts';
import { AppError } from '#shared/errors/app-error.ts';
import type { Context } from '#shared/runtime/context.ts';
import { accountSubject, MAXIMUM_JUDGEMENTS, reserveLogin } from './login-throttle.ts';
import { type Account, findLoginAccount, lockAccount } from './queries/accounts.ts';
import { recordRefusal } from './queries/events.ts';
import type { Client } from './rules/client.ts';

/** A password that a signed-in user types once more. */
export interface GivenPassword {
  readonly userId: number;
  readonly password: string;
  readonly client: Client;
}

/** Judges the password once; the account returned is the one whose hash it was compared with. */
const judge = async (context: Context, { userId, password, client }: GivenPassword): Promise<Account> => {
  const found = await findLoginAccount(context.db, { id: userId }, client.network);
  if (found?.account.state !== 'active') throw new AppError('invalid_token');
  const { account, networkUsedAt } = found;
  const subject = { account: accountSubject(userId), userId, client, networkUsedAt };
  const attempt = await reserveLogin(context, subject);
  const right = await context.passwords
    .check(password, account.passwordHash, context.signal)
    .catch(async (error: unknown) => {
      await attempt.settle('release');
      throw error;
    });
  // A right one clears nothing: whoever holds a stolen session must not get new guesses by it (R21).
  await attempt.settle(right ? 'release' : 'failure');
  if (right) return account;
  await recordRefusal(context.db, { kind: 'login_failed', userId, client }, context.now());
  throw new AppError('invalid_credentials');
};

/** What is done in the transaction; the account's row is locked and still has the password that was judged. */
export type Confirmed<T> = (transaction: Database, account: Account) => Promise<T>;

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
