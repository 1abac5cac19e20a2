import type { Role } from '#shared/auth/access-token.ts';
import type { Queryable } from '#shared/database/database.ts';
import type { Client } from '../../events/rules/client.ts';
import type { StoredRefreshToken } from '../rules/refresh-outcome.ts';
import '../../tables.ts';

/** Why a session ended, as `end_reason` says it. */
export type EndReason =
  | 'logout'
  | 'logout_all'
  | 'session_ended'
  | 'replay'
  | 'password_changed'
  | 'password_reset'
  | 'password_set_by_admin'
  | 'role_changed'
  | 'disabled';

/** A session that begins. */
export interface NewSession {
  readonly userId: number;
  readonly client: Client;
  readonly refreshExpiresAt: Date;
  readonly absoluteExpiresAt: Date;
}

/** Inserts the session and returns its id. */
export const insertSession = async (db: Queryable, session: NewSession, now: Date): Promise<number> => {
  const { insertId } = await db
    .insertInto('user_sessions')
    .values({
      user_id: session.userId,
      user_agent: session.client.userAgent ?? null,
      network: session.client.network,
      last_used_at: now,
      refresh_expires_at: session.refreshExpiresAt,
      absolute_expires_at: session.absoluteExpiresAt,
      created_at: now,
    })
    .executeTakeFirstOrThrow();
  return Number(insertId);
};

/** Locks the session until the transaction ends; undefined when there is none. */
export const lockSession = async (
  db: Queryable,
  id: number,
): Promise<{ userId: number; ended: boolean } | undefined> => {
  const row = await db
    .selectFrom('user_sessions')
    .select(['user_id', 'ended_at'])
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  return row && { userId: row.user_id, ended: row.ended_at !== null };
};

/** Notes a refresh: by whom, from where, and until when the session now lives. */
export const touchSession = async (
  db: Queryable,
  id: number,
  client: Client,
  refreshExpiresAt: Date,
  now: Date,
): Promise<void> => {
  await db
    .updateTable('user_sessions')
    .set({
      user_agent: client.userAgent ?? null,
      network: client.network,
      last_used_at: now,
      refresh_expires_at: refreshExpiresAt,
    })
    .where('id', '=', id)
    .execute();
};

/** Ends one session that has not ended yet. */
export const endSession = async (db: Queryable, id: number, reason: EndReason, now: Date): Promise<void> => {
  await db
    .updateTable('user_sessions')
    .set({ ended_at: now, end_reason: reason })
    .where('id', '=', id)
    .where('ended_at', 'is', null)
    .execute();
};

/**
 * Ends all sessions of a user, whose row is locked. Returns the highest id among all that the user ever had, also
 * those that had ended: whoever ended them may have died before the mark was written.
 */
export const endAllSessions = async (
  db: Queryable,
  userId: number,
  reason: EndReason,
  now: Date,
): Promise<number | undefined> => {
  const row = await db
    .selectFrom('user_sessions')
    .select(({ fn }) => fn.max('id').as('highest'))
    .where('user_id', '=', userId)
    .executeTakeFirst();
  if (row?.highest === null || row?.highest === undefined) return undefined;
  await db
    .updateTable('user_sessions')
    .set({ ended_at: now, end_reason: reason })
    .where('user_id', '=', userId)
    .where('ended_at', 'is', null)
    .execute();
  return Number(row.highest);
};

/** Ends all sessions but one of a user, whose row is locked; returns the ids of those that ended. */
export const endOtherSessions = async (
  db: Queryable,
  userId: number,
  kept: number,
  reason: EndReason,
  now: Date,
): Promise<number[]> => {
  const rows = await db
    .selectFrom('user_sessions')
    .select('id')
    .where('user_id', '=', userId)
    .where('id', '!=', kept)
    .where('ended_at', 'is', null)
    .forUpdate()
    .execute();
  const ids = rows.map(({ id }) => id);
  if (ids.length === 0) return ids;
  await db
    .updateTable('user_sessions')
    .set({ ended_at: now, end_reason: reason })
    .where('id', 'in', ids)
    .execute();
  return ids;
};

/** A refresh token that is issued; `parentId` is the token it was exchanged for. */
export interface NewRefreshToken {
  readonly sessionId: number;
  readonly parentId?: number;
  readonly hash: Buffer;
  readonly expiresAt: Date;
}

/** Stores the hash of a refresh token. */
export const insertRefreshToken = async (db: Queryable, token: NewRefreshToken, now: Date): Promise<void> => {
  await db
    .insertInto('refresh_tokens')
    .values({
      session_id: token.sessionId,
      parent_id: token.parentId ?? null,
      token_hash: token.hash,
      expires_at: token.expiresAt,
      created_at: now,
    })
    .execute();
};

/** The session that a refresh token descends from, whatever the state of either. */
export const findSessionOfToken = async (db: Queryable, hash: Buffer): Promise<number | undefined> => {
  const row = await db
    .selectFrom('refresh_tokens')
    .select('session_id')
    .where('token_hash', '=', hash)
    .executeTakeFirst();
  return row?.session_id;
};

/** A refresh token with all that decides about it. */
export interface RefreshTokenInSession extends StoredRefreshToken {
  readonly id: number;
  readonly userId: number;
  readonly role: Role;
}

/** The refresh token with its session and account, read while the session is locked. */
export const findRefreshToken = async (
  db: Queryable,
  hash: Buffer,
): Promise<RefreshTokenInSession | undefined> => {
  const row = await db
    .selectFrom('refresh_tokens as t')
    .innerJoin('user_sessions as s', 's.id', 't.session_id')
    .innerJoin('users as u', 'u.id', 's.user_id')
    .select([
      't.id',
      't.expires_at',
      't.rotated_at',
      's.ended_at',
      's.absolute_expires_at',
      's.user_id',
      'u.role',
      'u.active',
    ])
    .where('t.token_hash', '=', hash)
    .executeTakeFirst();
  return (
    row && {
      id: row.id,
      userId: row.user_id,
      role: row.role,
      expiresAt: row.expires_at,
      rotatedAt: row.rotated_at ?? undefined,
      sessionEndedAt: row.ended_at ?? undefined,
      sessionAbsoluteEnd: row.absolute_expires_at,
      accountActive: row.active === 1,
    }
  );
};

/** Marks a token as exchanged. */
export const rotateRefreshToken = async (db: Queryable, id: number, now: Date): Promise<void> => {
  await db.updateTable('refresh_tokens').set({ rotated_at: now }).where('id', '=', id).execute();
};
