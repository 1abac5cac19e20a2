import { withTransaction } from '#shared/database/transaction.ts';
import { assertThat } from '#shared/errors/app-error.ts';
import type { Context } from '#shared/host/context.ts';
import type { Page, PageRequest } from '#shared/http/paging.ts';
import { getOwnAccount, lockOwnAccount } from '../accounts/accounts.ts';
import { recordEvents } from '../events/queries/events.ts';
import type { Client } from '../events/rules/client.ts';
import { type LiveSession, listLiveSessions, lockLiveSession } from './queries/live-sessions.ts';
import { endSession } from './queries/sessions.ts';
import { endSessions, markAfterCommit } from './session-ends.ts';

/** The caller's live sessions. @throws AppError `invalid_token` when the account is gone or disabled */
export const listOwnSessions = async (
  context: Context,
  userId: number,
  page: PageRequest,
): Promise<Page<LiveSession>> => {
  await getOwnAccount(context, userId);
  return listLiveSessions(context.db, userId, page, context.now());
};

/**
 * Ends one live session of the caller.
 * @throws AppError `not_found` for another user's, an ended or an expired one; `invalid_token`
 */
export const endOwnSession = async (
  context: Context,
  { userId, id }: { readonly userId: number; readonly id: number },
  client: Client,
): Promise<void> => {
  const now = context.now();
  await getOwnAccount(context, userId);
  await withTransaction(context.db, async (transaction) => {
    assertThat(await lockLiveSession(transaction, { userId, id }, now), 'not_found');
    await endSession(transaction, id, 'session_ended', now);
    await recordEvents(transaction, [{ kind: 'session_ended', userId, client }], now);
    markAfterCommit(transaction, context, { sessionId: id });
  });
};

/** Ends every session of the caller, the calling one too. @throws AppError `invalid_token` */
export const logOutEverywhere = (context: Context, userId: number, client: Client): Promise<void> =>
  withTransaction(context.db, async (transaction) => {
    const now = context.now();
    await lockOwnAccount(transaction, userId);
    await endSessions(transaction, context, { userId, reason: 'logout_all' }, now);
    await recordEvents(transaction, [{ kind: 'logout_all', userId, client }], now);
  });
