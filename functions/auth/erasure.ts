import { remove } from '#functions/media/index.ts';
import type { Database } from '#shared/database/database.ts';
import { AppError } from '#shared/errors/app-error.ts';
import type { Context } from '#shared/host/context.ts';
import { forgetKeysOfUser } from '#shared/http/idempotency.ts';
import { requireAnotherAdmin } from './last-admin.ts';
import { lockAccount } from './queries/accounts.ts';
import { recordEvents } from './queries/events.ts';
import { deleteAccount, deleteMailRequests, findLooseEnds, forgetActor } from './queries/personal-data.ts';
import { markAfterCommit } from './session-ends.ts';

/** Whose account is erased, and by which admin; by its owner without one. */
export interface Erasure {
  readonly userId: number;
  readonly actorId?: number;
}

/**
 * Locks an account that is about to be erased, so that no login and no change of it comes between.
 * @throws AppError `not_found`, `last_admin`, `invalid_token` when the actor is no active admin any more
 */
export const lockForErasure = async (transaction: Database, { userId, actorId }: Erasure): Promise<void> => {
  await requireAnotherAdmin(transaction, userId, actorId);
  if (!(await lockAccount(transaction, userId))) throw new AppError('not_found');
};

/**
 * Deletes a locked account and all that this domain keeps about it: the last step of an erasure (auth.md R28).
 * Its access tokens fail as soon as the transaction is committed.
 */
export const eraseAccount = async (
  transaction: Database,
  context: Context,
  { userId, actorId }: Erasure,
): Promise<void> => {
  const { addresses, avatarMediaId, highestSessionId } = await findLooseEnds(transaction, userId);
  if (avatarMediaId !== undefined) await remove(transaction, context, avatarMediaId);
  await deleteMailRequests(transaction, addresses);
  await forgetKeysOfUser(transaction, userId);
  await forgetActor(transaction, userId);
  await deleteAccount(transaction, userId);
  await recordEvents(transaction, [{ kind: 'erase', userId: undefined, actorId }], context.now());
  if (highestSessionId !== undefined) markAfterCommit(transaction, context, { userId, highestSessionId });
};
