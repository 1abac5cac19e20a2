import type { Database } from '#shared/database/database.ts';
import { AppError } from '#shared/errors/app-error.ts';
import { lockActiveAdmins } from './queries/accounts.ts';

/**
 * Makes sure that an active admin stays when this account is erased, demoted or disabled. All active admins stay
 * locked until the transaction ends, so that two cannot remove each other (auth.md R27); to be called before the
 * account's own row is locked.
 * @throws AppError `last_admin`
 */
export const requireAnotherAdmin = async (transaction: Database, userId: number): Promise<void> => {
  const admins = await lockActiveAdmins(transaction);
  if (admins.length === 1 && admins[0] === userId) throw new AppError('last_admin');
};
