import { sql } from 'kysely';
import type { Database } from '#shared/database/database.ts';

/** What identifies stored bytes. */
export interface ObjectFacts {
  readonly sha256: string;
  readonly size: number;
  readonly contentType: string;
}

/** Adds a reference, and the row when it is the first; holds the row's lock until the transaction ends. */
export const referObject = async (tx: Database, object: ObjectFacts, now: Date): Promise<void> => {
  const { sha256, size, contentType } = object;
  await sql`
    INSERT INTO media_objects (sha256, size, content_type, ref_count, created_at)
    VALUES (${sha256}, ${size}, ${contentType}, 1, ${now})
    ON DUPLICATE KEY UPDATE
      content_type = IF(ref_count = 0, ${contentType}, content_type),
      size = ${size}, ref_count = ref_count + 1, missing_since = NULL`.execute(tx);
};

/** Takes a reference away and returns how many are left. */
export const releaseObject = async (tx: Database, sha256: string): Promise<number> => {
  await tx
    .updateTable('media_objects')
    .set((column) => ({ ref_count: column('ref_count', '-', 1) }))
    .where('sha256', '=', sha256)
    .execute();
  const row = await tx
    .selectFrom('media_objects')
    .select('ref_count')
    .where('sha256', '=', sha256)
    .executeTakeFirstOrThrow();
  return row.ref_count;
};

/** Locks the row of an object, if there is one, and tells whether any medium needs its bytes. */
export const lockObject = async (
  tx: Database,
  sha256: string,
): Promise<{ isReferenced: boolean } | undefined> => {
  const row = await tx
    .selectFrom('media_objects')
    .select('sha256')
    .where('sha256', '=', sha256)
    .forUpdate()
    .executeTakeFirst();
  if (!row) return undefined;
  const medium = await tx
    .selectFrom('media')
    .select('id')
    .where('sha256', '=', sha256)
    .limit(1)
    .executeTakeFirst();
  return { isReferenced: medium !== undefined };
};

/** Forgets an object whose bytes are gone. */
export const deleteObject = async (tx: Database, sha256: string): Promise<void> => {
  await tx.deleteFrom('media_objects').where('sha256', '=', sha256).execute();
};

/** Gives bytes without a row the row of a due removal; leaves a row that exists alone. */
export const adoptOrphan = async (
  db: Database,
  { sha256, size }: Pick<ObjectFacts, 'sha256' | 'size'>,
  now: Date,
): Promise<void> => {
  await db
    .insertInto('media_objects')
    .ignore()
    .values({
      sha256,
      size: Math.max(1, size),
      content_type: 'application/octet-stream',
      ref_count: 0,
      missing_since: null,
      created_at: now,
    })
    .execute();
};

/** Digests of due removals behind the given one, in their order. */
export const listDueRemovals = async (db: Database, after: string, limit: number): Promise<string[]> => {
  const rows = await db
    .selectFrom('media_objects')
    .select('sha256')
    .where('ref_count', '=', 0)
    .where('sha256', '>', after)
    .orderBy('sha256')
    .limit(limit)
    .execute();
  return rows.map(({ sha256 }) => sha256);
};

/** What the sweeper compares with the store. */
export interface KnownObject {
  readonly sha256: string;
  readonly size: number;
  readonly isMarkedMissing: boolean;
}

/** All objects whose digest begins with the two digits. */
export const listObjectsOf = async (db: Database, digits: string): Promise<KnownObject[]> => {
  const rows = await db
    .selectFrom('media_objects')
    .select(['sha256', 'size', 'missing_since'])
    .where('sha256', 'like', `${digits}%`)
    .where('ref_count', '>', 0)
    .execute();
  return rows.map(({ sha256, size, missing_since }) => ({
    sha256,
    size: Number(size),
    isMarkedMissing: missing_since !== null,
  }));
};

/** Of the given digests those that have a row. */
export const knownDigests = async (db: Database, digests: readonly string[]): Promise<Set<string>> => {
  if (digests.length === 0) return new Set();
  const rows = await db.selectFrom('media_objects').select('sha256').where('sha256', 'in', digests).execute();
  return new Set(rows.map(({ sha256 }) => sha256));
};

/** Of the given digests those that a medium refers to. */
export const listReferenced = async (db: Database, digests: readonly string[]): Promise<string[]> => {
  if (digests.length === 0) return [];
  const rows = await db
    .selectFrom('media_objects')
    .select('sha256')
    .where('sha256', 'in', digests)
    .where('ref_count', '>', 0)
    .execute();
  return rows.map(({ sha256 }) => sha256);
};

/** Marks an object's bytes as lost since now, or clears the mark with null; false when it is as asked already. */
export const markMissing = async (db: Database, sha256: string, since: Date | null): Promise<boolean> => {
  const { numUpdatedRows } = await db
    .updateTable('media_objects')
    .set({ missing_since: since })
    .where('sha256', '=', sha256)
    .where('missing_since', since === null ? 'is not' : 'is', null)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
};

/** How many referenced objects have lost their bytes: the gauge `media_objects_missing`. */
export const countMissingObjects = async (db: Database): Promise<number> => {
  const row = await db
    .selectFrom('media_objects')
    .select((select) => select.fn.countAll<number>().as('missing'))
    .where('missing_since', 'is not', null)
    .executeTakeFirstOrThrow();
  return Number(row.missing);
};
