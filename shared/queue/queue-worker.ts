import type { Context } from '../host/context.ts';
import type { QueueEvent, QueueRecord } from '../host/queue-function.ts';
import type { BatchItemFailure, BatchResult } from './batch-event.ts';
import type { JobQueue } from './define-queue.ts';

/** What became of a job: nothing to say when it is done, else when it is to be delivered again. */
export type JobOutcome = { readonly retryAfterMs: number } | undefined;

/**
 * Makes the function that works on the jobs of a queue, a batch of them side by side. What fails is logged under the
 * id of its job and takes no other along.
 */
export const queueWorker = <Data>(
  queue: Pick<JobQueue<Data>, 'jobId' | 'parse' | 'retryAfterMs' | 'unreadable'>,
  work: (data: Data, context: Context) => Promise<JobOutcome>,
): ((event: QueueEvent, context: Context) => Promise<BatchResult>) => {
  const workOn = async (
    { messageId: itemIdentifier, body }: QueueRecord,
    context: Context,
  ): Promise<BatchItemFailure | undefined> => {
    const data = queue.parse(body);
    if (data === undefined) {
      return queue.unreadable === 'failed'
        ? { itemIdentifier, reason: 'the job names nothing to work on' }
        : undefined;
    }
    const log = context.log.child({ jobId: queue.jobId(data) });
    try {
      const outcome = await work(data, { ...context, log });
      return outcome && { itemIdentifier, ...outcome };
    } catch (error) {
      const { retryAfterMs } = queue;
      log.error({ err: error, retryAfterMs }, 'the work of a job failed');
      return retryAfterMs === undefined
        ? // The job ends all the same: the row is still open, and the tick brings it back.
          { itemIdentifier, reason: 'the work of the job failed' }
        : { itemIdentifier, retryAfterMs };
    }
  };
  return async ({ Records }, context) => {
    const failures = await Promise.all(Records.map((record) => workOn(record, context)));
    return { batchItemFailures: failures.filter((failure) => failure !== undefined) };
  };
};
