import type { BatchRecord, BatchResult } from '../queue/batch-event.ts';
import type { Context } from './context.ts';
import { processResources, type Resources } from './resources.ts';

export type { BatchResult };

/** What a worker reads of one job. */
export type QueueRecord = Pick<BatchRecord, 'messageId' | 'body'>;

/** A batch of jobs in the shape of an SQS event, alike on every platform. */
export interface QueueEvent {
  readonly Records: readonly QueueRecord[];
}

type Platform = { readonly functionName?: string; readonly awsRequestId?: string };

const contextFor = (resources: Resources, platform: Platform): Context => {
  const requestId = platform.awsRequestId ?? crypto.randomUUID();
  const log = resources.log.child({ requestId, function: platform.functionName ?? 'worker' });
  return { ...resources, log, requestId, signal: resources.stopping.signal };
};

/** Wraps a worker that is fed from a queue. */
export const queueFunction =
  (work: (event: QueueEvent, context: Context) => Promise<BatchResult>, provide = processResources) =>
  async (event: QueueEvent, platform: Platform = {}): Promise<BatchResult> =>
    work(event, contextFor(await provide(), platform));

/** Wraps a function that runs on a schedule; extra, early, late and parallel invocations must be safe. */
export const cronFunction =
  (work: (context: Context) => Promise<void>, provide = processResources) =>
  async (_event: unknown, platform: Platform = {}): Promise<void> =>
    work(contextFor(await provide(), platform));
