import type { Queryable, Transaction } from '#shared/database/database.ts';
import { violatedConstraint } from '#shared/database/errors.ts';
import { AppError } from '#shared/errors/app-error.ts';
import type { MediaType } from '../rules/media-types.ts';

/** A media file with what its object says of the bytes. */
export interface MediaFile {
  readonly id: string;
  readonly type: MediaType;
  readonly contentType: string;
  /** In bytes. */
  readonly size: number;
  /** 64 hexadecimal digits. */
  readonly sha256: string;
  readonly filename: string | undefined;
  readonly createdAt: Date;
}

/** A media file to insert; its object has been referred to before. */
export interface NewMediaFile {
  readonly id: string;
  readonly type: MediaType;
  readonly sha256: string;
  readonly filename: string | undefined;
  readonly ownerId: number | undefined;
  readonly isAttached: boolean;
}

interface MediumRow {
  readonly id: string;
  readonly type: MediaType;
  readonly content_type: string;
  readonly size: number;
  readonly sha256: string;
  readonly original_name: string | null;
  readonly created_at: Date;
}

const toMedium = (row: MediumRow): MediaFile => ({
  id: row.id,
  type: row.type,
  contentType: row.content_type,
  size: Number(row.size),
  sha256: row.sha256,
  filename: row.original_name ?? undefined,
  createdAt: row.created_at,
});

const selectMedia = (db: Queryable) =>
  db
    .selectFrom('media')
    .innerJoin('media_objects', 'media_objects.sha256', 'media.sha256')
    .select(['media.id', 'media.type', 'media.sha256', 'media.original_name', 'media.created_at'])
    .select(['media_objects.content_type', 'media_objects.size']);

/** Turns the loss of an owner, who was erased meanwhile, into the refusal that a bearer without account gets. */
export const refuseLostOwner = (error: unknown): never => {
  const constraint = violatedConstraint(error);
  if (constraint !== 'fk_media_owner' && constraint !== 'fk_media_uploads_owner') throw error;
  throw new AppError('invalid_token', { cause: error });
};

/** Inserts a media file. @throws AppError `invalid_token` when its owner is gone */
export const insertMediaFile = async (tx: Transaction, mediaFile: NewMediaFile, now: Date): Promise<void> => {
  await tx
    .insertInto('media')
    .values({
      id: mediaFile.id,
      type: mediaFile.type,
      sha256: mediaFile.sha256,
      original_name: mediaFile.filename ?? null,
      owner_user_id: mediaFile.ownerId ?? null,
      attached_at: mediaFile.isAttached ? now : null,
      created_at: now,
    })
    .execute()
    .catch(refuseLostOwner);
};

/** The media file with this id. */
export const findMediaFile = async (db: Queryable, id: string): Promise<MediaFile | undefined> => {
  const row = await selectMedia(db).where('media.id', '=', id).executeTakeFirst();
  return row && toMedium(row);
};

/** The media with these ids, in no particular order. */
export const listMediaByIds = async (db: Queryable, ids: readonly string[]): Promise<MediaFile[]> =>
  ids.length === 0 ? [] : (await selectMedia(db).where('media.id', 'in', ids).execute()).map(toMedium);

/** All media of a user, oldest first. */
export const listMediaOfOwner = async (db: Queryable, ownerId: number): Promise<MediaFile[]> => {
  const rows = await selectMedia(db)
    .where('media.owner_user_id', '=', ownerId)
    .orderBy('media.created_at')
    .orderBy('media.id')
    .execute();
  return rows.map(toMedium);
};

/** What decides who may attach or delete a media file. */
export interface MediaFileState {
  readonly type: MediaType;
  readonly sha256: string;
  readonly ownerId: number | null;
  readonly isAttached: boolean;
}

/** Locks a media file. */
export const lockMediaFile = async (tx: Transaction, id: string): Promise<MediaFileState | undefined> => {
  const row = await tx
    .selectFrom('media')
    .select(['type', 'sha256', 'owner_user_id', 'attached_at'])
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  if (!row) return undefined;
  const { type, sha256, owner_user_id: ownerId, attached_at: attachedAt } = row;
  return { type, sha256, ownerId, isAttached: attachedAt !== null };
};

/** Marks a locked media file as taken over by a domain; it gets a new owner when one is given. */
export const markAttached = async (
  tx: Transaction,
  id: string,
  now: Date,
  newOwnerId: number | undefined,
): Promise<void> => {
  const owner = newOwnerId === undefined ? {} : { owner_user_id: newOwnerId };
  await tx
    .updateTable('media')
    .set({ attached_at: now, ...owner })
    .where('id', '=', id)
    .execute();
};

/** Deletes a locked media file; `in-use` while a column that restricts deletion points to it. */
export const deleteMediaFileRow = async (tx: Transaction, id: string): Promise<'deleted' | 'in-use'> => {
  // A statement that fails is undone alone, so the transaction goes on.
  try {
    await tx.deleteFrom('media').where('id', '=', id).execute();
    return 'deleted';
  } catch (error) {
    if (violatedConstraint(error) === undefined) throw error;
    return 'in-use';
  }
};

/** Ids of media that no domain has taken over since the given time, oldest first, behind the given ids. */
export const listUnattached = async (
  db: Queryable,
  createdUntil: Date,
  { limit, skip }: { readonly limit: number; readonly skip: readonly string[] },
): Promise<string[]> => {
  const rows = await db
    .selectFrom('media')
    .select('id')
    .where('attached_at', 'is', null)
    .where('created_at', '<=', createdUntil)
    .$if(skip.length > 0, (query) => query.where('id', 'not in', skip))
    .orderBy('created_at')
    .orderBy('id')
    .limit(limit)
    .execute();
  return rows.map(({ id }) => id);
};

/** Ids of a user's media that no domain has taken over. */
export const listUnattachedOfOwner = async (tx: Transaction, ownerId: number): Promise<string[]> => {
  const rows = await tx
    .selectFrom('media')
    .select('id')
    .where('owner_user_id', '=', ownerId)
    .where('attached_at', 'is', null)
    .execute();
  return rows.map(({ id }) => id);
};
