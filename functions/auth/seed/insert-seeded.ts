import type { Database } from '#shared/database/database.ts';
import { withTransaction } from '#shared/database/transaction.ts';
import { AppError } from '#shared/errors/app-error.ts';
import { insertAccount, type NewAccount } from '../accounts/queries/accounts.ts';
import { usernameKey } from '../accounts/rules/username.ts';
import { recordEvents } from '../events/queries/events.ts';
import { numbered } from './seeded-username.ts';

type SeededAccount = Omit<NewAccount, 'usernameKey' | 'emailVerifiedAt'>;

/**
 * Inserts an active account, with a number at the end of a username that is taken. Returns false when the address
 * is taken by now, as by a seed that runs at the same time.
 */
export const insertSeeded = async (db: Database, account: SeededAccount, now: Date): Promise<boolean> => {
  for (let attempt = 1; ; attempt++) {
    const username = numbered(account.username, attempt);
    try {
      await withTransaction(db, async (transaction) => {
        const row = { ...account, username, usernameKey: usernameKey(username), emailVerifiedAt: now };
        const userId = await insertAccount(transaction, row, now);
        await recordEvents(transaction, [{ kind: 'user_created', userId }], now);
      });
      return true;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      if (error.code === 'email_taken') return false;
      if (error.code !== 'username_taken') throw error;
    }
  }
};
