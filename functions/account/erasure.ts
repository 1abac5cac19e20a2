import { confirmPassword, type Erasure, eraseAccount, lockForErasure } from '#functions/auth/index.ts';
import type { AccessClaims } from '#shared/auth/access-token.ts';
import type { Transaction } from '#shared/database/database.ts';
import { withTransaction } from '#shared/database/transaction.ts';
import { AppError } from '#shared/errors/app-error.ts';
import type { Context, TransactionContext } from '#shared/host/context.ts';
import { loadPersonalData, type PersonalData } from '#shared/personal-data.ts';

type GivenPassword = Parameters<typeof confirmPassword>[1];

type Erase = (transaction: Transaction, context: TransactionContext, erasure: Erasure) => Promise<void>;

/** Upper domains first: what they keep may refer to what lower ones keep. */
const eraseFrom =
  (domains: readonly PersonalData[]): Erase =>
  async (transaction, context, erasure) => {
    await lockForErasure(transaction, erasure);
    for (const { erase } of domains.toReversed()) await erase?.(transaction, context, erasure.userId);
    await eraseAccount(transaction, context, erasure);
  };

const loadErase = async (): Promise<Erase> => eraseFrom([...(await loadPersonalData()).values()]);

/**
 * Erases the caller's account with everything that any domain keeps about it, in one transaction (auth.md R28).
 * @throws AppError `invalid_credentials`, `rate_limited`, `invalid_token`, `last_admin`
 */
export const eraseOwnAccount = async (context: Context, given: GivenPassword): Promise<void> => {
  const erase = await loadErase();
  await confirmPassword(
    context,
    given,
    () => (transaction) => erase(transaction, context, { userId: given.userId }),
  );
};

/**
 * Erases somebody's account on an admin's word; the event that stays names the admin.
 * @throws AppError `conflict` for the admin's own account, `not_found`, `last_admin`, `invalid_token`
 */
export const eraseUser = async (context: Context, actor: AccessClaims, userId: number): Promise<void> => {
  if (userId === actor.userId) {
    throw new AppError('conflict', { message: 'Delete your own account through your profile.' });
  }
  const erase = await loadErase();
  await withTransaction(context.db, (transaction) => erase(transaction, context, { userId, actor }));
};
