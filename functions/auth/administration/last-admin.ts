import type { Transaction } from '#shared/database/database.ts';
import { AppError } from '#shared/errors/app-error.ts';
import { lockActiveAdmins } from '../accounts/queries/accounts.ts';

/**
 * Makes sure that an active admin stays when this account is erased, demoted or disabled, and that the admin who
 * does it (`actorId`) still is one. All active admins stay locked until the transaction ends, so that of two who
 * remove each other one fails (auth.md R27).
 * @throws AppError `last_admin`, `invalid_token` for an actor who is no active admin any more
 */
export const requireAnotherAdmin = async (
  transaction: Transaction,
  userId: number,
  actorId?: number,
): Promise<void> => {
  const admins = await lockActiveAdmins(transaction);
  if (admins.length === 1 && admins[0] === userId) throw new AppError('last_admin');
  if (actorId !== undefined && !admins.includes(actorId)) throw new AppError('invalid_token');
};
