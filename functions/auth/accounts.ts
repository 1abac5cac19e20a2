import type { Database } from '#shared/database/database.ts';
import { AppError } from '#shared/errors/app-error.ts';
import type { Context } from '#shared/host/context.ts';
import { type Account, findAccount, lockAccount } from './queries/accounts.ts';

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
