import { setTimeout as sleep } from 'node:timers/promises';
import type { Context } from '#shared/host/context.ts';
import { mediaStore } from '#shared/storage/media-store.ts';
import { StorageError } from '#shared/storage/storage-error.ts';
import { removeObject } from '../sweep/removal.ts';
import { objectKey } from './keys.ts';
import { holdObject, releaseHold } from './queries/object-holds.ts';
import type { ContentType } from './rules/content-types.ts';
import type { StagedFile } from './staging.ts';

/** A file whose bytes are in their place and stay there while it is held. */
export interface PlacedFile {
  readonly sha256: string;
  /** In bytes. */
  readonly size: number;
  readonly content: ContentType;
  readonly holdId: string;
}

type PlacingContext = Pick<Context, 'db' | 'storage' | 'log' | 'now'>;

/** Longer than copying the largest file takes; an upload that died keeps its bytes for no longer. */
const HOLD_MS = 600_000;
/** A removal takes an instant; one that died has a lease that is not worth waiting for. */
const LONGEST_WAIT_MS = 2_000;
const PAUSE_MS = 25;

const hold = async ({ db, now }: PlacingContext, { size, sha256 }: StagedFile, contentType: string) => {
  const givesUpAt = performance.now() + LONGEST_WAIT_MS;
  while (performance.now() < givesUpAt) {
    const at = now();
    const span = { now: at, until: new Date(at.getTime() + HOLD_MS) };
    const id = await holdObject(db, { sha256, size, contentType }, span);
    if (id !== undefined) return id;
    await sleep(PAUSE_MS);
  }
  throw new StorageError('the same bytes are being removed');
};

const place = async (context: Pick<Context, 'storage'>, { key, size, sha256 }: StagedFile): Promise<void> => {
  const store = await mediaStore(context);
  const present = await store.stat(objectKey(sha256));
  if (present?.size !== size && !(await store.copy(key, objectKey(sha256)))) {
    throw new StorageError('temporary data is gone');
  }
};

/** Gives up a hold that no media file has used, and the bytes with it unless somebody else needs them. */
const giveUp = async (context: PlacingContext, holdId: string, sha256: string): Promise<void> => {
  try {
    if (await releaseHold(context.db, holdId)) await removeObject(context, sha256);
  } catch (error) {
    context.log.warn({ err: error }, 'stored bytes were not given up, the sweeper will');
  }
};

/**
 * Puts a staged file into its place ahead of the transaction that makes a media file of it. The hold is a row, so
 * nothing is locked while the store works; a removal of the same bytes comes before or after, never between.
 * @throws StorageError
 */
export const withPlaced = async <T>(
  context: PlacingContext,
  staged: StagedFile,
  content: ContentType,
  work: (placed: PlacedFile) => Promise<T>,
): Promise<T> => {
  const { size, sha256 } = staged;
  const holdId = await hold(context, staged, content.contentType);
  try {
    await place(context, staged);
    return await work({ sha256, size, content, holdId });
  } finally {
    await giveUp(context, holdId, sha256);
  }
};
