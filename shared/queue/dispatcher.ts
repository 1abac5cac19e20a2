import { DelayedError, type Job, UnrecoverableError, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { withTimeout } from '../async/with-timeout.ts';
import type { Log } from '../log/log.ts';
import { createOutageLog } from '../log/outage.ts';
import type { BatchEvent, BatchItemFailure, BatchResult } from './batch-event.ts';
import { type Batcher, createBatcher } from './batcher.ts';

/** A function and the queue that triggers it. */
export interface QueueBinding {
  readonly queue: string;
  readonly batchSize: number;
  /** Batches that may run at the same time. */
  readonly concurrency: number;
  /** How long an incomplete batch waits for more jobs. */
  readonly maximumBatchingWindowMs: number;
  /** Calls the function; a throw, or an answer that names unknown jobs, fails the whole batch. */
  readonly invoke: (event: BatchEvent) => Promise<BatchResult | undefined>;
}

/** What a dispatcher needs besides its bindings. */
export interface DispatcherOptions {
  readonly bindings: readonly QueueBinding[];
  /** Address of Redis, with password and database number. */
  readonly redisUrl: string;
  /** Prefix of all keys, see `queuePrefix`. */
  readonly prefix: string;
  readonly log: Log;
  /** A worker that was killed holds its jobs this long. */
  readonly lockDurationMs?: number;
  /** How often jobs of killed workers are looked for. */
  readonly stalledIntervalMs?: number;
}

/** Runs functions for the jobs of their queues until it is closed. */
export interface Dispatcher {
  /** Takes no further jobs, lets running batches end within the grace, then leaves them to the next worker. */
  close(graceMs?: number): Promise<void>;
}

/** With the last words below, a process has exited after 25 s. */
const GRACE_MS = 22_000;
const LOCK_DURATION_MS = 10_000;
const STALLED_INTERVAL_MS = 5_000;
const LONGEST_RECONNECT_PAUSE_MS = 1_000;
const LAST_WORDS_MS = 1_000;

type Outcome = BatchItemFailure | undefined;

const toEvent = (queue: string, jobs: readonly Job[]): BatchEvent => ({
  Records: jobs.map((job) => ({
    messageId: job.id ?? '',
    body: JSON.stringify(job.data),
    attributes: { ApproximateReceiveCount: String(job.attemptsStarted) },
    messageAttributes: { name: job.name },
    eventSource: 'bullmq:redis',
    eventSourceARN: queue,
  })),
});

/** One outcome for each job; SQS, too, takes an answer that names an unknown job for a failure of all. */
const outcomesOf = (jobs: readonly Job[], result: BatchResult | undefined): readonly Outcome[] => {
  const failures = new Map((result?.batchItemFailures ?? []).map((one) => [one.itemIdentifier, one]));
  const outcomes = jobs.map(({ id }) => failures.get(id ?? ''));
  if (outcomes.filter((outcome) => outcome !== undefined).length < failures.size) {
    throw new Error('the answer names jobs that are not in the batch');
  }
  return outcomes;
};

const settle = async (job: Job, token: string | undefined, failure: Outcome): Promise<void> => {
  if (!failure) return;
  if (failure.retryAfterMs !== undefined) {
    await job.moveToDelayed(Date.now() + failure.retryAfterMs, token);
    throw new DelayedError();
  }
  const reason = failure.reason ?? 'the function reported a failure';
  throw failure.unrecoverable ? new UnrecoverableError(reason) : new Error(reason);
};

/** Whether the work ends in time, well or badly. */
const endsWithin = (milliseconds: number, work: Promise<unknown>): Promise<boolean> => {
  const ended = work.then(
    () => true,
    () => true,
  );
  return withTimeout(milliseconds, ended, () => new Error('too late')).catch(() => false);
};

interface RunningBinding {
  readonly worker: Worker;
  readonly batcher: Batcher<Job, Outcome>;
  readonly isBusy: () => boolean;
}

const closeBinding = async ({ worker, batcher, isBusy }: RunningBinding, graceMs: number): Promise<void> => {
  batcher.flush();
  // Pausing waits like closing does, but unlike closing it can be overtaken by a forced close.
  const paused = worker.pause();
  // While Redis is unavailable pausing never ends, and without a job under way there is nothing to wait for.
  const soon = Math.min(LAST_WORDS_MS, graceMs);
  const allEnded =
    (await endsWithin(soon, paused)) || (isBusy() && (await endsWithin(graceMs - soon, paused)));
  await endsWithin(LAST_WORDS_MS, worker.close(!allEnded));
};

/**
 * Starts one BullMQ worker for each binding and joins its jobs into batches. Every job keeps its own lock,
 * stall check and outcome, so only the delivery is batched. Resolves even while Redis is unavailable.
 */
export const startDispatcher = (options: DispatcherOptions): Dispatcher => {
  const { bindings, redisUrl, prefix, log } = options;
  const outage = createOutageLog(log, 'redis of the queue workers');
  const complain = outage.missed;
  const connection = new Redis(redisUrl, {
    maxRetriesPerRequest: null,
    // Jobs of one batch end at the same moment: one write for all of them.
    enableAutoPipelining: true,
    retryStrategy: (attempt) => Math.min(attempt * 50, LONGEST_RECONNECT_PAUSE_MS),
  });
  connection.on('error', complain);
  connection.on('ready', outage.worked);

  const run = (binding: QueueBinding): RunningBinding => {
    const { queue, batchSize, concurrency, invoke } = binding;
    const batcher = createBatcher<Job, Outcome>({
      size: batchSize,
      parallel: concurrency,
      windowMs: binding.maximumBatchingWindowMs,
      run: async (jobs) => outcomesOf(jobs, await invoke(toEvent(queue, jobs))),
    });
    let underWay = 0;
    const worker = new Worker(
      queue,
      async (job, token) => {
        underWay += 1;
        try {
          await settle(job, token, await batcher.add(job));
        } finally {
          underWay -= 1;
        }
      },
      {
        connection,
        prefix,
        concurrency: batchSize * concurrency,
        lockDuration: options.lockDurationMs ?? LOCK_DURATION_MS,
        stalledInterval: options.stalledIntervalMs ?? STALLED_INTERVAL_MS,
        // The database knows what was done, so a job whose worker died is always handed out again.
        maxStalledCount: Number.MAX_SAFE_INTEGER,
        // The default of 15 s would keep jobs waiting long after Redis is back.
        runRetryDelay: LONGEST_RECONNECT_PAUSE_MS,
      },
    );
    worker.on('error', complain);
    worker.on('failed', (job, error) => {
      log.warn({ err: error, queue, jobId: job?.id }, 'a job failed');
    });
    return { worker, batcher, isBusy: () => underWay > 0 };
  };

  const running = bindings.map(run);
  return {
    close: async (graceMs = GRACE_MS) => {
      await Promise.all(running.map((binding) => closeBinding(binding, graceMs)));
      connection.disconnect();
    },
  };
};
