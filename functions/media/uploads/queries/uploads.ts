import type { Selectable } from 'kysely';
import type { Queryable, Transaction } from '#shared/database/database.ts';
import type { Tables } from '#shared/database/tables.ts';
import { refuseLostOwner } from '../../files/queries/media.ts';
import type { MediaType } from '../../files/rules/media-types.ts';

/** A two-step upload. */
export interface Upload {
  readonly id: string;
  readonly type: MediaType;
  /** Declared, in bytes. */
  readonly size: number;
  readonly expectedSha256: string | undefined;
  readonly filename: string;
  readonly byService: boolean;
  readonly ownerId: number | undefined;
  readonly status: 'open' | 'completing' | 'completed' | 'expired';
  readonly leaseUntil: Date | undefined;
  readonly mediaId: string | undefined;
  readonly expiresAt: Date;
}

/** An upload to start. */
export type NewUpload = Omit<Upload, 'status' | 'leaseUntil' | 'mediaId'>;

const toUpload = (row: Selectable<Tables['media_uploads']>): Upload => ({
  id: row.id,
  type: row.media_type,
  size: Number(row.size),
  expectedSha256: row.expected_sha256 ?? undefined,
  filename: row.original_name,
  byService: Boolean(row.by_service),
  ownerId: row.owner_user_id ?? undefined,
  status: row.status,
  leaseUntil: row.lease_until ?? undefined,
  mediaId: row.media_id ?? undefined,
  expiresAt: row.expires_at,
});

/** Inserts an open upload. @throws AppError `invalid_token` when its owner is gone */
export const insertUpload = async (db: Queryable, upload: NewUpload, now: Date): Promise<void> => {
  await db
    .insertInto('media_uploads')
    .values({
      id: upload.id,
      media_type: upload.type,
      size: upload.size,
      expected_sha256: upload.expectedSha256 ?? null,
      original_name: upload.filename,
      by_service: upload.byService ? 1 : 0,
      owner_user_id: upload.ownerId ?? null,
      status: 'open',
      lease_until: null,
      media_id: null,
      expires_at: upload.expiresAt,
      created_at: now,
    })
    .execute()
    .catch(refuseLostOwner);
};

/** The upload with this id. */
export const findUpload = async (db: Queryable, id: string): Promise<Upload | undefined> => {
  const row = await db.selectFrom('media_uploads').selectAll().where('id', '=', id).executeTakeFirst();
  return row && toUpload(row);
};

/** A claim of an upload that nobody has at the moment; `leaseUntil` is also its token. */
interface Claim {
  readonly now: Date;
  readonly leaseUntil: Date;
}

const claimFree = (db: Queryable, id: string, { now, leaseUntil }: Claim) =>
  db
    .updateTable('media_uploads')
    .set({ lease_until: leaseUntil })
    .where('id', '=', id)
    .where('status', 'in', ['open', 'completing'])
    .where((where) => where.or([where('lease_until', 'is', null), where('lease_until', '<=', now)]));

/** Lets one caller complete an upload until `leaseUntil`; false when another does, or exchanges its bytes. */
export const claimUpload = async (db: Queryable, id: string, claim: Claim): Promise<boolean> => {
  const { numUpdatedRows } = await claimFree(db, id, claim)
    .set({ status: 'completing' })
    .where('expires_at', '>', claim.now)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
};

/** Lets one caller exchange the bytes of an upload until `leaseUntil`, as {@link claimUpload}. */
export const claimExchange = async (db: Queryable, id: string, claim: Claim): Promise<boolean> => {
  const { numUpdatedRows } = await claimFree(db, id, claim).set({ status: 'open' }).executeTakeFirst();
  return numUpdatedRows > 0n;
};

/** Ends a claim of {@link claimExchange}. */
export const endExchange = async (db: Queryable, id: string, leaseUntil: Date): Promise<void> => {
  await db
    .updateTable('media_uploads')
    .set({ lease_until: null })
    .where('id', '=', id)
    .where('status', '=', 'open')
    .where('lease_until', '=', leaseUntil)
    .execute();
};

/** Ends a claim, if it is still the caller's: open again, or completed with its media file. */
export const endClaim = async (
  db: Queryable,
  id: string,
  leaseUntil: Date,
  mediaId: string | undefined,
): Promise<boolean> => {
  const { numUpdatedRows } = await db
    .updateTable('media_uploads')
    .set({ status: mediaId ? 'completed' : 'open', lease_until: null, media_id: mediaId ?? null })
    .where('id', '=', id)
    .where('status', '=', 'completing')
    .where('lease_until', '=', leaseUntil)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
};

/** Closes uploads that ran out without being completed, but for those that somebody is completing. */
export const expireUploads = async (db: Queryable, now: Date): Promise<number> => {
  const { numUpdatedRows } = await db
    .updateTable('media_uploads')
    .set({ status: 'expired', lease_until: null })
    .where('status', 'in', ['open', 'completing'])
    .where('expires_at', '<=', now)
    .where((where) => where.or([where('lease_until', 'is', null), where('lease_until', '<=', now)]))
    .executeTakeFirst();
  return Number(numUpdatedRows);
};

/** Of the given uploads those whose bytes may still be needed. */
export const listLiveUploads = async (db: Queryable, ids: readonly string[]): Promise<Set<string>> => {
  if (ids.length === 0) return new Set();
  const rows = await db
    .selectFrom('media_uploads')
    .select('id')
    .where('id', 'in', ids)
    .where('status', 'in', ['open', 'completing'])
    .execute();
  return new Set(rows.map(({ id }) => id));
};

/** Deletes uploads that ended before the given time; returns how many. */
export const deleteOldUploads = async (
  db: Queryable,
  expiredBefore: Date,
  limit: number,
): Promise<number> => {
  const { numDeletedRows } = await db
    .deleteFrom('media_uploads')
    .where('expires_at', '<=', expiredBefore)
    .where('status', 'in', ['completed', 'expired'])
    .limit(limit)
    .executeTakeFirst();
  return Number(numDeletedRows);
};

/** Deletes all uploads of a user that have not become a media file; returns their ids. */
export const deleteUnfinishedUploads = async (tx: Transaction, ownerId: number): Promise<string[]> => {
  const rows = await tx
    .selectFrom('media_uploads')
    .select('id')
    .where('owner_user_id', '=', ownerId)
    .where('status', '!=', 'completed')
    .forUpdate()
    .execute();
  const ids = rows.map(({ id }) => id);
  if (ids.length > 0) await tx.deleteFrom('media_uploads').where('id', 'in', ids).execute();
  return ids;
};
