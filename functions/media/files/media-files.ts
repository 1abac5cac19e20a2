import { randomUUID } from 'node:crypto';
import type { Database, Queryable, Transaction } from '#shared/database/database.ts';
import { withTransaction } from '#shared/database/transaction.ts';
import { AppError, invalid } from '#shared/errors/app-error.ts';
import type { Context } from '#shared/host/context.ts';
import { StorageError } from '#shared/storage/storage-error.ts';
import { removalQueue } from '../sweep/removal-queue.ts';
import { deleteUnfinishedUploads } from '../uploads/queries/uploads.ts';
import { type PlacedFile, withPlaced } from './object-placing.ts';
import {
  deleteMediaFileRow,
  insertMediaFile,
  listMediaByIds,
  listMediaOfOwner,
  listUnattachedOfOwner,
  lockMediaFile as lockRow,
  type MediaFileState,
  markAttached,
} from './queries/media.ts';
import { referHeldObject } from './queries/object-holds.ts';
import { releaseObject } from './queries/objects.ts';
import { parseMediaId } from './rules/media-id.ts';
import { type MediaType, mediaTypeRules } from './rules/media-types.ts';
import { admit, requireUsableStore, withReceived } from './staging.ts';

type MediaContext = Pick<Context, 'db' | 'storage' | 'queues' | 'log' | 'now'>;

/**
 * Locks the media file with exactly this id. Other text never reaches the column, whose collation ignores trailing
 * blanks and refuses what is not ASCII.
 */
const lockMediaFile = async (tx: Transaction, id: string): Promise<MediaFileState | undefined> =>
  parseMediaId(id) ? lockRow(tx, id) : undefined;

/** What is told of a media file that has just been stored. */
export interface StoredMediaFile {
  readonly id: string;
  readonly type: MediaType;
  readonly contentType: string;
  /** In bytes. */
  readonly size: number;
  /** 64 hexadecimal digits. */
  readonly sha256: string;
}

/** Who a new media file belongs to, and under which name it was sent. */
export interface MediaFileOrigin {
  readonly type: MediaType;
  readonly filename?: string | undefined;
  readonly ownerId?: number | undefined;
  /** Whether a domain, or a service, answers for it already. */
  readonly isAttached: boolean;
}

const LONGEST_NAME = 255;

/**
 * Makes a media file of a placed file in the caller's transaction.
 * @throws StorageError when the file was held for too long
 */
export const createMediaFile = async (
  tx: Transaction,
  { now }: Pick<Context, 'now'>,
  placed: PlacedFile,
  { type, filename: name, ownerId, isAttached }: MediaFileOrigin,
): Promise<StoredMediaFile> => {
  const { size, sha256, content, holdId } = placed;
  const { contentType, extension } = content;
  const createdAt = now();
  if (!(await referHeldObject(tx, { sha256, size, contentType }, { id: holdId, now: createdAt }))) {
    throw new StorageError('the file was held for too long');
  }
  const id = `${randomUUID()}.${extension}`;
  const filename = name && [...name.toWellFormed()].slice(0, LONGEST_NAME).join('');
  await insertMediaFile(tx, { id, type, sha256, filename, ownerId, isAttached }, createdAt);
  return { id, type, contentType, size, sha256 };
};

/** A file from another domain. */
export interface NewMediaFileInput {
  readonly type: MediaType;
  readonly stream: AsyncIterable<Uint8Array>;
  readonly filename?: string;
  readonly ownerId?: number;
  /** Name of the part or field that a refusal of an empty file names; `file` by default. */
  readonly field?: string;
}

/** The refusal of a file without content. */
export const emptyFile = (field: string): AppError =>
  invalid({ field, message: 'must be a file that is not empty', code: 'empty' });

/**
 * Stores a file, durably and outside the caller's transaction; until `attach` it is subject to the sweeper.
 * @throws AppError `validation_failed` (empty), `payload_too_large`, `unsupported_media_type`, `unavailable`
 */
export const store = async (
  context: Pick<Context, 'db' | 'storage' | 'log' | 'now'>,
  media: NewMediaFileInput,
): Promise<StoredMediaFile> => {
  const { type, stream, filename, ownerId, field = 'file' } = media;
  await requireUsableStore(context);
  const { maxBytes } = mediaTypeRules(type);
  return withReceived(context, { source: stream, maxBytes }, async (staged) => {
    if (staged.size === 0) throw emptyFile(field);
    const content = await admit(context, staged, type);
    const origin = { type, filename, ownerId, isAttached: false };
    return withPlaced(context, staged, content, (placed) =>
      withTransaction(context.db, (tx) => createMediaFile(tx, context, placed, origin)),
    );
  });
};

/**
 * Takes a media file over in the caller's transaction, once. With `newOwnerId` it belongs to that user from then on,
 * as the picture of an account that did not exist when it was stored.
 * @throws AppError `not_found` for an unknown id, another type or another owner; `conflict` when it is taken
 */
export const attach = async (
  tx: Transaction,
  { now }: Pick<Context, 'now'>,
  id: string,
  {
    type,
    ownerId,
    newOwnerId,
  }: { readonly type: MediaType; readonly ownerId?: number; readonly newOwnerId?: number },
): Promise<void> => {
  const mediaFile = await lockMediaFile(tx, id);
  if (mediaFile?.type !== type || (ownerId !== undefined && mediaFile.ownerId !== ownerId)) {
    throw new AppError('not_found');
  }
  if (mediaFile.isAttached) throw new AppError('conflict');
  await markAttached(tx, id, now(), newOwnerId);
};

/** Deletes a locked media file with its reference; the last one makes its object's removal due. */
const removeLocked = async (
  tx: Transaction,
  context: Pick<Context, 'queues'>,
  id: string,
  sha256: string,
): Promise<'deleted' | 'in-use'> => {
  const outcome = await deleteMediaFileRow(tx, id);
  if (outcome === 'deleted' && (await releaseObject(tx, sha256)) === 0) {
    removalQueue.enqueueAfterCommit(tx, context, [{ sha256 }]);
  }
  return outcome;
};

/**
 * Removes a media file with the caller's transaction; an unknown id is no error.
 * @throws AppError `media_in_use` while a column that restricts deletion points to it
 */
export const remove = async (
  tx: Transaction,
  context: Pick<Context, 'queues'>,
  id: string,
): Promise<void> => {
  const mediaFile = await lockMediaFile(tx, id);
  if (!mediaFile) return;
  if ((await removeLocked(tx, context, id, mediaFile.sha256)) === 'in-use')
    throw new AppError('media_in_use');
};

/**
 * Deletes a media file that was sent to the service endpoint.
 * @throws AppError `not_found` for an unknown id or another type, `media_in_use`
 */
export const deleteMediaFile = (context: MediaContext, type: MediaType, id: string): Promise<void> =>
  withTransaction(context.db, async (tx) => {
    if ((await lockMediaFile(tx, id))?.type !== type) throw new AppError('not_found');
    await remove(tx, context, id);
  });

/** Removes a media file unless somebody has attached it meanwhile, or points to it all the same. */
export const removeUnattached = (context: MediaContext, id: string): Promise<'deleted' | 'kept'> =>
  withTransaction(context.db, async (tx) => {
    const mediaFile = await lockMediaFile(tx, id);
    if (!mediaFile || mediaFile.isAttached) return 'kept';
    return (await removeLocked(tx, context, id, mediaFile.sha256)) === 'deleted' ? 'deleted' : 'kept';
  });

/** What other domains may know of a media file. */
export interface MediaFileInfo {
  readonly type: MediaType;
  readonly contentType: string;
  /** In bytes. */
  readonly size: number;
  readonly createdAt: Date;
}

/** What is known of these media by id; unknown ids are absent. One query. */
export const info = async (db: Database, ids: readonly string[]): Promise<Map<string, MediaFileInfo>> => {
  const media = await listMediaByIds(
    db,
    ids.filter((id) => parseMediaId(id)),
  );
  return new Map(
    media.map(({ id, type, contentType, size, createdAt }) => [id, { type, contentType, size, createdAt }]),
  );
};

/** Removes a user's open uploads and unattached media with the transaction that erases the user (rule 31). */
export const eraseOwner = async (
  tx: Transaction,
  context: Pick<Context, 'queues'>,
  userId: number,
): Promise<void> => {
  const uploads = await deleteUnfinishedUploads(tx, userId);
  if (uploads.length > 0) {
    removalQueue.enqueueAfterCommit(
      tx,
      context,
      uploads.map((uploadId) => ({ uploadId })),
    );
  }
  for (const id of await listUnattachedOfOwner(tx, userId)) await remove(tx, context, id);
};

/** A user's files in the export of the profile (rule 32): key `media`, `{}` when there are none. */
export const exportOwner = async (db: Queryable, userId: number) => {
  const media = await listMediaOfOwner(db, userId);
  if (media.length === 0) return {};
  return {
    files: media.map(({ id, type, contentType, size, sha256, createdAt }) => {
      return { id, type, contentType, size, sha256, createdAt: createdAt.toISOString() };
    }),
  };
};
