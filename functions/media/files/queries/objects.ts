import type { Queryable, Transaction } from '#shared/database/database.ts';

/** What identifies stored bytes. */
export interface ObjectFacts {
  readonly sha256: string;
  readonly size: number;
  readonly contentType: string;
}

/** Takes a reference away and returns how many are left. */
export const releaseObject = async (tx: Transaction, sha256: string): Promise<number> => {
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

/** Gives bytes without a row the row of a due removal; leaves a row that exists alone. */
export const adoptOrphan = async (
  db: Queryable,
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
      removing_until: null,
      created_at: now,
    })
    .execute();
};

/** Digests of due removals behind the given one, in their order. */
export const listDueRemovals = async (db: Queryable, after: string, limit: number): Promise<string[]> => {
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
export const listObjectsOf = async (db: Queryable, digits: string): Promise<KnownObject[]> => {
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
export const knownDigests = async (db: Queryable, digests: readonly string[]): Promise<Set<string>> => {
  if (digests.length === 0) return new Set();
  const rows = await db.selectFrom('media_objects').select('sha256').where('sha256', 'in', digests).execute();
  return new Set(rows.map(({ sha256 }) => sha256));
};

/** Of the given digests those that a media file refers to. */
export const listReferenced = async (db: Queryable, digests: readonly string[]): Promise<string[]> => {
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
export const markMissing = async (db: Queryable, sha256: string, since: Date | null): Promise<boolean> => {
  const { numUpdatedRows } = await db
    .updateTable('media_objects')
    .set({ missing_since: since })
    .where('sha256', '=', sha256)
    .where('missing_since', since === null ? 'is not' : 'is', null)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
};

/** How many referenced objects have lost their bytes: the gauge `media_objects_missing`. */
export const countMissingObjects = async (db: Queryable): Promise<number> => {
  const row = await db
    .selectFrom('media_objects')
    .select((select) => select.fn.countAll<number>().as('missing'))
    .where('missing_since', 'is not', null)
    .executeTakeFirstOrThrow();
  return Number(row.missing);
};
