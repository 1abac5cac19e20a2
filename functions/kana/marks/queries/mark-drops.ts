import { sql } from 'kysely';
import type { Queryable } from '#shared/database/database.ts';
import '../../tables.ts';

/** Under which key the marks of whom are lowered. */
export interface DropKey {
  readonly userId: number;
  readonly runKey: string;
}

/** How many marks the call with this key lowered; undefined when there was none. */
export const findDrop = async (db: Queryable, { userId, runKey }: DropKey): Promise<number | undefined> => {
  const row = await db
    .selectFrom('kana_mark_drops')
    .select('affected')
    .where('user_id', '=', userId)
    .where('run_key', '=', runKey)
    .executeTakeFirst();
  return row?.affected;
};

/** Records that the key has been used. */
export const insertDrop = async (
  db: Queryable,
  { userId, runKey }: DropKey,
  affected: number,
  now: Date,
): Promise<void> => {
  await db
    .insertInto('kana_mark_drops')
    .values({ user_id: userId, run_key: runKey, affected, created_at: now })
    .execute();
};

/** Forgets the user's keys that are older than so many days. */
export const forgetOldDrops = async (
  db: Queryable,
  userId: number,
  days: number,
  now: Date,
): Promise<void> => {
  await db
    .deleteFrom('kana_mark_drops')
    .where('user_id', '=', userId)
    .where('created_at', '<', sql<Date>`${now} - INTERVAL ${sql.lit(days)} DAY`)
    .execute();
};
