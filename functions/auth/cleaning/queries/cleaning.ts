import type { Queryable } from '#shared/database/database.ts';
import '../../tables.ts';

/** Removes at most `limit` rows that were over at the given time and returns how many there were. */
export type Cleaner = (db: Queryable, at: Date, limit: number) => Promise<number>;

/**
 * Sessions that have ended, with their refresh tokens; the time does not matter. Their ids stay in
 * `removed_sessions`, as their access tokens may still be valid.
 */
export const deleteEndedSessions: Cleaner = async (db, _at, limit) => {
  const rows = await db
    .selectFrom('user_sessions')
    .select(['id', 'ended_at'])
    .where('ended_at', 'is not', null)
    .orderBy('ended_at')
    .limit(limit)
    .forUpdate()
    .execute();
  const ended = rows.flatMap(({ id, ended_at }) =>
    ended_at ? [{ session_id: id, created_at: ended_at }] : [],
  );
  if (ended.length === 0) return 0;
  await db.insertInto('removed_sessions').ignore().values(ended).execute();
  const ids = ended.map(({ session_id }) => session_id);
  await db.deleteFrom('user_sessions').where('id', 'in', ids).execute();
  return ended.length;
};

/** Ids of removed sessions whose access tokens had expired. */
export const deleteRemovedSessions: Cleaner = async (db, at, limit) => {
  const { numDeletedRows } = await db
    .deleteFrom('removed_sessions')
    .where('created_at', '<=', at)
    .orderBy('created_at')
    .limit(limit)
    .executeTakeFirstOrThrow();
  return Number(numDeletedRows);
};

/** Sessions that could no longer be refreshed, with their refresh tokens. */
export const deleteExpiredSessions: Cleaner = async (db, at, limit) => {
  const { numDeletedRows } = await db
    .deleteFrom('user_sessions')
    .where('refresh_expires_at', '<=', at)
    .orderBy('refresh_expires_at')
    .limit(limit)
    .executeTakeFirstOrThrow();
  return Number(numDeletedRows);
};

/** Links whose expiry had come. */
export const deleteExpiredLinks: Cleaner = async (db, at, limit) => {
  const { numDeletedRows } = await db
    .deleteFrom('one_time_tokens')
    .where('expires_at', '<=', at)
    .orderBy('expires_at')
    .limit(limit)
    .executeTakeFirstOrThrow();
  return Number(numDeletedRows);
};

/** Addresses that waited in vain; the accounts stay. */
export const dropExpiredPendingEmails: Cleaner = async (db, at, limit) => {
  const { numUpdatedRows } = await db
    .updateTable('users')
    .set({ pending_email: null, pending_email_expires_at: null })
    .where('pending_email_expires_at', '<=', at)
    .orderBy('pending_email_expires_at')
    .limit(limit)
    .executeTakeFirstOrThrow();
  return Number(numUpdatedRows);
};

/** Networks from which no session has been opened since. */
export const deleteUnusedNetworks: Cleaner = async (db, at, limit) => {
  const { numDeletedRows } = await db
    .deleteFrom('user_networks')
    .where('last_login_at', '<', at)
    .orderBy('last_login_at')
    .limit(limit)
    .executeTakeFirstOrThrow();
  return Number(numDeletedRows);
};

/** Events that were recorded before. */
export const deleteOldEvents: Cleaner = async (db, at, limit) => {
  const { numDeletedRows } = await db
    .deleteFrom('auth_events')
    .where('created_at', '<', at)
    .orderBy('created_at')
    .limit(limit)
    .executeTakeFirstOrThrow();
  return Number(numDeletedRows);
};

/** Requests for a mail that were done before. */
export const deleteDoneMailRequests: Cleaner = async (db, at, limit) => {
  const { numDeletedRows } = await db
    .deleteFrom('mail_requests')
    .where('done_at', '<', at)
    .orderBy('done_at')
    .limit(limit)
    .executeTakeFirstOrThrow();
  return Number(numDeletedRows);
};
