import { randomBytes } from 'node:crypto';
import { type JobsOptions, Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { expect, vi } from 'vitest';
import { loadConfig } from '../../config/config.ts';
import { createLog } from '../../log/log.ts';
import { redisUrl } from '../../redis/redis.ts';
import { testEnvironment } from '../../testing/test-resources.ts';
import type { BatchEvent, BatchResult } from '../batch-event.ts';
import { type Dispatcher, type QueueBinding, startDispatcher } from '../dispatcher.ts';

/** The Redis of the tests. */
export const config = loadConfig(testEnvironment());
/** Options of every job, as the producers give them. */
export const ONCE: JobsOptions = { attempts: 1, removeOnComplete: true, removeOnFail: true };
/** The answer of a function whose jobs have all succeeded. */
export const ALL_DONE: BatchResult = { batchItemFailures: [] };
/** Short enough for tests to see a lock run out. */
const QUICK = { lockDurationMs: 500, stalledIntervalMs: 200 };

/** The ids of the jobs of a batch. */
export const idsOf = ({ Records }: BatchEvent): string[] => Records.map(({ messageId }) => messageId);

/** A queue of its own, and dispatchers that end with it. */
export interface TestQueue {
  readonly queue: Queue;
  readonly connection: Redis;
  readonly prefix: string;
  /** Adds `task-1` to `task-<count>`. */
  addJobs(count: number): Promise<unknown>;
  /** Starts a dispatcher, by default of batches of ten, one at a time. */
  start(invoke: QueueBinding['invoke'], settings?: Partial<QueueBinding>, url?: string): Dispatcher;
  /** Until the queue holds no job in any state. */
  untilEmpty(): Promise<void>;
  close(): Promise<void>;
}

/** Opens a queue that no other test knows. */
export const openTestQueue = (): TestQueue => {
  const prefix = `{test-${randomBytes(6).toString('hex')}}`;
  const connection = new Redis(redisUrl(config), { maxRetriesPerRequest: null });
  const queue = new Queue('work', { connection, prefix });
  const dispatchers: Dispatcher[] = [];
  return {
    queue,
    connection,
    prefix,
    addJobs: (count) =>
      queue.addBulk(
        Array.from({ length: count }, (_, index) => ({
          name: 'work',
          data: { taskId: index + 1 },
          opts: { ...ONCE, jobId: `task-${index + 1}` },
        })),
      ),
    start: (invoke, settings = {}, url = redisUrl(config)) => {
      const defaults = { queue: queue.name, batchSize: 10, concurrency: 1, maximumBatchingWindowMs: 150 };
      const bindings = [{ ...defaults, ...settings, invoke }];
      const log = createLog('silent');
      const dispatcher = startDispatcher({ bindings, redisUrl: url, prefix, log, ...QUICK });
      dispatchers.push(dispatcher);
      return dispatcher;
    },
    untilEmpty: () =>
      vi.waitFor(
        async () => {
          const counts = await queue.getJobCounts();
          expect(Object.values(counts).reduce((sum, count) => sum + count)).toBe(0);
        },
        { timeout: 5_000, interval: 20 },
      ),
    close: async () => {
      await Promise.all(dispatchers.map((dispatcher) => dispatcher.close(500)));
      await queue.obliterate({ force: true });
      await queue.close();
      connection.disconnect();
    },
  };
};
