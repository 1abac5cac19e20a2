import { z } from 'zod';
import type { Transaction } from '#shared/database/database.ts';
import { afterCommit } from '#shared/database/transaction.ts';
import type { Context } from '#shared/host/context.ts';
import type { Job } from '#shared/queue/queues.ts';

/** The BullMQ queue of bytes that may have to go. */
export const REMOVAL_QUEUE = 'media-removal';

const schema = z.union([z.object({ sha256: z.string() }), z.object({ uploadId: z.string() })]);

/** All that a removal job says: which object, or the bytes of which upload. */
export type Removal = z.output<typeof schema>;

/** The job of an object; its id is deterministic, so handing it over twice does nothing. */
export const objectRemovalJob = (sha256: string): Job => ({ id: `object-${sha256}`, data: { sha256 } });

const uploadRemovalJob = (uploadId: string): Job => ({ id: `upload-${uploadId}`, data: { uploadId } });

const enqueueAfterCommit = (tx: Transaction, { queues }: Pick<Context, 'queues'>, job: Job): void =>
  afterCommit(tx, () => queues.enqueue(REMOVAL_QUEUE, [job]));

/** Hands over the removal of an object that nothing refers to any more, once the transaction is committed. */
export const enqueueObjectRemoval = (
  tx: Transaction,
  context: Pick<Context, 'queues'>,
  sha256: string,
): void => enqueueAfterCommit(tx, context, objectRemovalJob(sha256));

/** Hands over the removal of what an upload has received, once the transaction is committed. */
export const enqueueUploadRemoval = (
  tx: Transaction,
  context: Pick<Context, 'queues'>,
  uploadId: string,
): void => enqueueAfterCommit(tx, context, uploadRemovalJob(uploadId));

/** Reads a job's body, or undefined when it is none of ours. */
export const parseRemoval = (body: string): Removal | undefined => {
  try {
    return schema.safeParse(JSON.parse(body)).data;
  } catch {
    return undefined;
  }
};
