import { remove } from '#functions/media/index.ts';
import type { AccessClaims } from '#shared/auth/access-token.ts';
import { requireStanding } from '#shared/auth/standing.ts';
import type { Transaction } from '#shared/database/database.ts';
import { AppError } from '#shared/errors/app-error.ts';
import type { TransactionContext } from '#shared/host/context.ts';
import { forgetKeysOfUser } from '#shared/http/idempotency.ts';
import { requireAnotherAdmin } from '../administration/last-admin.ts';
import { recordEvents } from '../events/queries/events.ts';
import { markAfterCommit } from '../sessions/session-ends.ts';
import { lockAccount } from './queries/accounts.ts';
import {
  deleteAccount,
  deleteMailRequests,
  findLooseEnds,
  forgetActor,
  keepRemovedSessions,
} from './queries/personal-data.ts';

/** Whose account is erased, and by which admin; by its owner without one. */
export interface Erasure {
  readonly userId: number;
  readonly actor?: AccessClaims;
}

/**
 * Locks an account that is about to be erased, so that no login and no change of it comes between.
 * @throws AppError `not_found`, `last_admin`, `invalid_token` when the actor is no active admin any more
 */
export const lockForErasure = async (transaction: Transaction, { userId, actor }: Erasure): Promise<void> => {
  await requireAnotherAdmin(transaction, userId, actor?.userId);
  const account = await lockAccount(transaction, userId);
  if (actor) await requireStanding(transaction, actor);
  if (!account) throw new AppError('not_found');
};

/**
 * Deletes a locked account and all that this domain keeps about it: the last step of an erasure (auth.md R28).
 * Its access tokens fail as soon as the transaction is committed.
 */
export const eraseAccount = async (
  transaction: Transaction,
  context: TransactionContext,
  { userId, actor }: Erasure,
): Promise<void> => {
  const { addresses, avatarMediaId, highestSessionId } = await findLooseEnds(transaction, userId);
  if (avatarMediaId !== undefined) await remove(transaction, context, avatarMediaId);
  await deleteMailRequests(transaction, addresses);
  await forgetKeysOfUser(transaction, userId);
  await forgetActor(transaction, userId);
  const now = context.now();
  await keepRemovedSessions(transaction, userId, now);
  await deleteAccount(transaction, userId);
  await recordEvents(transaction, [{ kind: 'erase', userId: undefined, actorId: actor?.userId }], now);
  if (highestSessionId !== undefined) markAfterCommit(transaction, context, { userId, highestSessionId });
};
