import { requireStanding } from '../../auth/standing.ts';
import type { Transaction } from '../../database/database.ts';
import { withTransaction } from '../../database/transaction.ts';
import type { RequestContext } from '../request-state.ts';
import type { Caller } from './caller.ts';

/**
 * Makes sure, in the transaction that changes something, that the caller may still do so; a service always may.
 * Whatever an admin changes calls this, or {@link acting}, and a test walks all endpoints to see that it does.
 * @throws AppError `invalid_token` when the session has ended, the account is not active or the role is another one
 */
export const requireActor = async (transaction: Transaction, caller: Caller): Promise<void> => {
  if (caller.kind === 'user') await requireStanding(transaction, caller);
};

/** Runs `work` in a transaction, if the caller may still act when it begins. @throws AppError as {@link requireActor} */
export const acting = <T>(
  { db, caller }: Pick<RequestContext, 'db' | 'caller'>,
  work: (transaction: Transaction) => Promise<T>,
): Promise<T> =>
  withTransaction(db, async (transaction) => {
    await requireActor(transaction, caller);
    return work(transaction);
  });
