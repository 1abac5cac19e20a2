import type { Queryable, Transaction } from '#shared/database/database.ts';
import '../../tables.ts';

/** What outlives the rows of an account and has to be seen to when they go. */
export interface LooseEnds {
  /** The stored address, and the pending one if there is any. */
  readonly addresses: readonly string[];
  readonly avatarMediaId: string | undefined;
  /** The highest id among all sessions that are stored; undefined without any. */
  readonly highestSessionId: number | undefined;
}

/** {@link LooseEnds} of an account whose row is locked. */
export const findLooseEnds = async (transaction: Transaction, userId: number): Promise<LooseEnds> => {
  const row = await transaction
    .selectFrom('users')
    .leftJoin('user_sessions', 'user_sessions.user_id', 'users.id')
    .select(['users.email', 'users.pending_email', 'users.avatar_media_id'])
    .select(({ fn }) => fn.max('user_sessions.id').as('highest'))
    .where('users.id', '=', userId)
    .groupBy(['users.email', 'users.pending_email', 'users.avatar_media_id'])
    .executeTakeFirst();
  return {
    addresses: [row?.email, row?.pending_email].filter((address) => typeof address === 'string'),
    avatarMediaId: row?.avatar_media_id ?? undefined,
    highestSessionId: row?.highest ? Number(row.highest) : undefined,
  };
};

/** Deletes all requests for a mail to these addresses, answered or not. */
export const deleteMailRequests = async (
  transaction: Transaction,
  addresses: readonly string[],
): Promise<void> => {
  if (addresses.length === 0) return;
  await transaction.deleteFrom('mail_requests').where('email', 'in', addresses).execute();
};

/** Takes an admin, and the place the admin called from, out of the events of other accounts. */
export const forgetActor = async (transaction: Transaction, actorId: number): Promise<void> => {
  await transaction
    .updateTable('auth_events')
    .set({ actor_id: null, network: null, user_agent: null })
    .where('actor_id', '=', actorId)
    .execute();
};

/**
 * Keeps the ids of an account's sessions, and nothing else of them, so that their access tokens stay refused when
 * the account is gone.
 */
export const keepRemovedSessions = async (
  transaction: Transaction,
  userId: number,
  now: Date,
): Promise<void> => {
  await transaction
    .insertInto('removed_sessions')
    .columns(['session_id', 'created_at'])
    .expression((query) =>
      query
        .selectFrom('user_sessions')
        .select(({ val }) => ['id', val(now).as('created_at')])
        .where('user_id', '=', userId),
    )
    .execute();
};

/** Deletes the account; settings, sessions, tokens, links, networks and events go with it by their keys. */
export const deleteAccount = async (transaction: Transaction, id: number): Promise<void> => {
  await transaction.deleteFrom('users').where('id', '=', id).execute();
};

/** All links that were mailed to a user and are still stored, oldest first, without their hashes. */
export const listLinksOfUser = (db: Queryable, userId: number) =>
  db
    .selectFrom('one_time_tokens')
    .select(['purpose', 'email', 'created_at', 'expires_at', 'used_at', 'spent_at'])
    .where('user_id', '=', userId)
    .orderBy('id')
    .execute();

/** All networks from which a user signed in, the latest first. */
export const listNetworksOfUser = (db: Queryable, userId: number) =>
  db
    .selectFrom('user_networks')
    .select(['network', 'last_login_at'])
    .where('user_id', '=', userId)
    .orderBy('last_login_at', 'desc')
    .orderBy('network')
    .execute();

/** All events of an account, oldest first; `by_another` tells that an admin caused it, from the admin's own place. */
export const listEventsOfUser = (db: Queryable, userId: number) =>
  db
    .selectFrom('auth_events')
    .select(['kind', 'network', 'user_agent', 'created_at'])
    .select(({ eb }) => eb('actor_id', '!=', userId).as('by_another'))
    .where('user_id', '=', userId)
    .orderBy('id')
    .execute();

/** All sessions of a user that are stored, ended ones too, in the order in which they were opened. */
export const listSessionsOfUser = (db: Queryable, userId: number) =>
  db
    .selectFrom('user_sessions')
    .select(['id', 'user_agent', 'network', 'last_used_at', 'refresh_expires_at', 'ended_at'])
    .select(['end_reason', 'created_at'])
    .where('user_id', '=', userId)
    .orderBy('id')
    .execute();
