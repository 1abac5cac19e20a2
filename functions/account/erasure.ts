import { confirmPassword, type Erasure, eraseAccount, lockForErasure } from '#functions/auth/index.ts';
import type { Database } from '#shared/database/database.ts';
import { withTransaction } from '#shared/database/transaction.ts';
import { AppError } from '#shared/errors/app-error.ts';
import type { Context } from '#shared/host/context.ts';
import { personalData } from './personal-data.ts';

type GivenPassword = Parameters<typeof confirmPassword>[1];

const erase = async (transaction: Database, context: Context, erasure: Erasure): Promise<void> => {
  await lockForErasure(transaction, erasure);
  for (const [, domain] of personalData()) await domain.erase?.(transaction, context, erasure.userId);
  await eraseAccount(transaction, context, erasure);
};

/**
 * Erases the caller's account with everything that any domain keeps about it, in one transaction (auth.md R28).
 * @throws AppError `invalid_credentials`, `rate_limited`, `invalid_token`, `last_admin`
 */
export const eraseOwnAccount = (context: Context, given: GivenPassword): Promise<void> =>
  confirmPassword(
    context,
    given,
    () => (transaction) => erase(transaction, context, { userId: given.userId }),
  );

/**
 * Erases somebody's account on an admin's word; the event that stays names the admin.
 * @throws AppError `conflict` for the admin's own account, `not_found`, `last_admin`, `invalid_token`
 */
export const eraseUser = async (context: Context, actorId: number, userId: number): Promise<void> => {
  if (userId === actorId) {
    throw new AppError('conflict', { message: 'Delete your own account through your profile.' });
  }
  await withTransaction(context.db, (transaction) => erase(transaction, context, { userId, actorId }));
};
