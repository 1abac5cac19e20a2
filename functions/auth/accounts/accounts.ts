import type { Queryable, Transaction } from '#shared/database/database.ts';
import { AppError } from '#shared/errors/app-error.ts';
import { type Account, findAccount, lockAccount } from './queries/accounts.ts';

/** The caller's own account. @throws AppError `invalid_token` when it is gone or no longer active (R14) */
export const getOwnAccount = async ({ db }: { readonly db: Queryable }, userId: number): Promise<Account> => {
  const account = await findAccount(db, userId);
  if (account?.state !== 'active') throw new AppError('invalid_token');
  return account;
};

/** Locks the caller's own account until the transaction ends. @throws AppError `invalid_token`, as above */
export const lockOwnAccount = async (transaction: Transaction, userId: number): Promise<Account> => {
  const account = await lockAccount(transaction, userId);
  if (account?.state !== 'active') throw new AppError('invalid_token');
  return account;
};
