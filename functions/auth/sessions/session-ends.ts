import { type Ending, markEnded } from '#shared/auth/revocation.ts';
import type { Transaction } from '#shared/database/database.ts';
import { afterCommit } from '#shared/database/transaction.ts';
import type { Context } from '#shared/host/context.ts';
import { type EndReason, endAllSessions, endOtherSessions } from './queries/sessions.ts';

type MarkContext = Pick<Context, 'redis' | 'config' | 'log'>;

/** Marks what has ended in Redis, once the transaction that ended it is committed (auth.md R13). */
export const markAfterCommit = (transaction: Transaction, context: MarkContext, ending: Ending): void =>
  afterCommit(transaction, () => markEnded(context, ending));

/** Whose sessions end and why; all of them unless `except` names one. */
export interface SessionEnds {
  readonly userId: number;
  readonly reason: EndReason;
  readonly except?: number;
}

/**
 * Ends the sessions of a user, whose row the caller has locked, in the caller's transaction; their access tokens
 * fail once it is committed (auth.md R12-R13). The event is the caller's: it says what ended them.
 */
export const endSessions = async (
  transaction: Transaction,
  context: MarkContext,
  { userId, reason, except }: SessionEnds,
  now: Date,
): Promise<void> => {
  if (except === undefined) {
    const highestSessionId = await endAllSessions(transaction, userId, reason, now);
    if (highestSessionId !== undefined) markAfterCommit(transaction, context, { userId, highestSessionId });
    return;
  }
  const ended = await endOtherSessions(transaction, userId, except, reason, now);
  afterCommit(transaction, async () => {
    await Promise.all(ended.map((sessionId) => markEnded(context, { sessionId })));
  });
};
