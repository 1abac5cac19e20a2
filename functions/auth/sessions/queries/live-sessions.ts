import type { Queryable } from '#shared/database/database.ts';
import { listPage } from '#shared/database/list-page.ts';
import type { Page, PageRequest } from '#shared/http/paging.ts';
import '../../tables.ts';

/** A session that can still be refreshed. */
export interface LiveSession {
  readonly id: number;
  readonly createdAt: Date;
  /** Of the last login or refresh, like the program and the network. */
  readonly lastUsedAt: Date;
  readonly expiresAt: Date;
  readonly userAgent: string | undefined;
  readonly network: string;
}

const live = (db: Queryable, userId: number, now: Date) =>
  db
    .selectFrom('user_sessions')
    .where('user_id', '=', userId)
    .where('ended_at', 'is', null)
    .where('refresh_expires_at', '>', now);

/** A user's live sessions, the one used last first. */
export const listLiveSessions = (
  db: Queryable,
  userId: number,
  page: PageRequest,
  now: Date,
): Promise<Page<LiveSession>> =>
  listPage(
    live(db, userId, now)
      .select(['id', 'created_at', 'last_used_at', 'refresh_expires_at', 'user_agent', 'network'])
      .orderBy('last_used_at', 'desc')
      .orderBy('id', 'desc'),
    page,
    (row) => ({
      id: row.id,
      createdAt: row.created_at,
      lastUsedAt: row.last_used_at,
      expiresAt: row.refresh_expires_at,
      userAgent: row.user_agent ?? undefined,
      network: row.network,
    }),
  );

/** Locks a live session of the user until the transaction ends; false when there is no such session. */
export const lockLiveSession = async (
  db: Queryable,
  { userId, id }: { readonly userId: number; readonly id: number },
  now: Date,
): Promise<boolean> => {
  const row = await live(db, userId, now).select('id').where('id', '=', id).forUpdate().executeTakeFirst();
  return row !== undefined;
};
