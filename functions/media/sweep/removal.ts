import type { Context } from '#shared/host/context.ts';
import { queueWorker } from '#shared/queue/queue-worker.ts';
import { mediaStore } from '#shared/storage/media-store.ts';
import { objectKey, uploadKey } from '../files/keys.ts';
import { abandonRemoval, claimRemoval, finishRemoval } from '../files/queries/object-holds.ts';
import { listLiveUploads } from '../uploads/queries/uploads.ts';
import { REMOVAL_RETRY_MS, type Removal, removalQueue } from './removal-queue.ts';

type RemovalContext = Pick<Context, 'db' | 'storage' | 'log' | 'now'>;

/** Longer than the store may take to remove an object; a removal that died is taken over after it. */
const LEASE_MS = 60_000;
/** So much of the lease stays for the removal itself. */
const MARGIN_MS = 45_000;

/**
 * Removes an object's bytes and row, unless a media file refers to it (rule 35); `later` while an upload holds it or
 * another removal is under way. The lease is a row: an upload of the same bytes waits until it is gone.
 */
export const removeObject = async (
  { db, storage, log, now }: RemovalContext,
  sha256: string,
): Promise<'removed' | 'needed' | 'later'> => {
  const startedAt = now();
  const until = new Date(startedAt.getTime() + LEASE_MS);
  const claim = await claimRemoval(db, sha256, { now: startedAt, until });
  if (claim !== 'claimed') return claim;
  try {
    const store = await mediaStore({ storage });
    // Whoever was held up must not remove what may be somebody else's by now.
    if (now().getTime() > until.getTime() - MARGIN_MS) return 'later';
    await store.remove(objectKey(sha256));
  } catch (error) {
    await abandonRemoval(db, sha256, until).catch(() => undefined);
    throw error;
  }
  await finishRemoval(db, sha256, until);
  log.info({ sha256 }, 'an object was removed');
  return 'removed';
};

/** Removes what an upload has received, unless it may still be completed. */
const removeUploadBytes = async (
  { db, storage }: RemovalContext,
  uploadId: string,
): Promise<'removed' | 'needed'> => {
  const live = await listLiveUploads(db, [uploadId]);
  if (live.size > 0) return 'needed';
  await (await mediaStore({ storage })).remove(uploadKey(uploadId));
  return 'removed';
};

const perform = (context: RemovalContext, removal: Removal): Promise<'removed' | 'needed' | 'later'> =>
  'sha256' in removal ? removeObject(context, removal.sha256) : removeUploadBytes(context, removal.uploadId);

/** Works on removal jobs; one whose store or database is unavailable is delivered again later. */
export const workRemovals = queueWorker(removalQueue, async (removal, context) =>
  (await perform(context, removal)) === 'later' ? { retryAfterMs: REMOVAL_RETRY_MS } : undefined,
);
