import { withTransaction } from '#shared/database/transaction.ts';
import type { Context } from '#shared/host/context.ts';
import type { BatchItemFailure, BatchResult, QueueEvent } from '#shared/host/queue-function.ts';
import { objectKey, uploadKey } from './keys.ts';
import { deleteObject, lockObject } from './queries/objects.ts';
import { listLiveUploads } from './queries/uploads.ts';
import { parseRemoval, type Removal } from './removal-jobs.ts';

type RemovalContext = Pick<Context, 'db' | 'storage' | 'log'>;

/** A store that is away comes back; until then the job waits for it. */
const RETRY_MS = 30_000;

/**
 * Removes an object's bytes and row, unless a medium refers to it (rule 35). The row stays locked meanwhile, so
 * an upload of the same bytes waits and then stores them anew.
 */
export const removeObject = async ({ db, storage, log }: RemovalContext, sha256: string): Promise<void> => {
  const removed = await withTransaction(db, async (tx) => {
    const object = await lockObject(tx, sha256);
    if (!object || object.isReferenced) return false;
    await (await storage.store()).remove(objectKey(sha256));
    await deleteObject(tx, sha256);
    return true;
  });
  if (removed) log.info({ sha256 }, 'an object was removed');
};

/** Removes what an upload has received, unless it may still be completed. */
const removeUploadBytes = async ({ db, storage }: RemovalContext, uploadId: string): Promise<void> => {
  const live = await listLiveUploads(db, [uploadId]);
  if (live.size === 0) await (await storage.store()).remove(uploadKey(uploadId));
};

const perform = (context: RemovalContext, removal: Removal): Promise<void> =>
  'sha256' in removal ? removeObject(context, removal.sha256) : removeUploadBytes(context, removal.uploadId);

/** Works on removal jobs; one whose store or database is away is delivered again later. */
export const workRemovals = async ({ Records }: QueueEvent, context: Context): Promise<BatchResult> => {
  const batchItemFailures: BatchItemFailure[] = [];
  for (const { messageId, body } of Records) {
    const removal = parseRemoval(body);
    if (!removal) continue;
    await perform(context, removal).catch((error: unknown) => {
      context.log.warn({ err: error }, 'a removal has to wait');
      batchItemFailures.push({ itemIdentifier: messageId, retryAfterMs: RETRY_MS });
    });
  }
  return { batchItemFailures };
};
