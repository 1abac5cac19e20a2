import type { Context } from './context.ts';
import { processResources, type Resources } from './resources.ts';

/** A batch of jobs in the shape of an SQS event, alike on every platform. */
export interface QueueEvent {
  readonly Records: readonly QueueRecord[];
}

/** One job of a batch. */
export interface QueueRecord {
  /** The job id. */
  readonly messageId: string;
  /** The job's data as JSON. */
  readonly body: string;
}

/** A job that did not succeed; with `retryAfterMs` it was only early and goes back for that time. */
export interface BatchItemFailure {
  readonly itemIdentifier: string;
  readonly reason?: string;
  readonly retryAfterMs?: number;
}

/** The jobs of a batch that did not succeed; all others did. */
export interface BatchResult {
  readonly batchItemFailures: readonly BatchItemFailure[];
}

type Platform = { readonly functionName?: string; readonly awsRequestId?: string };

const contextFor = (resources: Resources, platform: Platform): Context => {
  const requestId = platform.awsRequestId ?? crypto.randomUUID();
  const log = resources.log.child({ requestId, function: platform.functionName ?? 'worker' });
  return { ...resources, log, requestId, now: () => new Date(), signal: new AbortController().signal };
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
