import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { withTimeout } from '../async/with-timeout.ts';
import type { Config } from '../config/config.ts';
import { refuseWhileHolding } from '../database/holding.ts';
import type { Log } from '../log/log.ts';
import { openRedis } from '../redis/redis.ts';
import { type Batcher, createBatcher } from './batcher.ts';
import { queuePrefix } from './queue-prefix.ts';

/** A job: identifiers only, the worker loads the rest from the database. */
export interface Job {
  /** Deterministic; adding an id that the queue still holds does nothing. No colon. */
  readonly id: string;
  readonly data: Readonly<Record<string, number | string>>;
  readonly delayMs?: number;
}

/** How many jobs a queue holds in each state. */
export interface QueueCounts {
  readonly waiting: number;
  readonly active: number;
  readonly delayed: number;
}

/** The producer side of the BullMQ queues. */
export interface Queues {
  /** Hands jobs over, trying for at most 1 s. Never throws: the rows are there, and the tick adds what is missing. */
  enqueue(queue: string, jobs: readonly Job[]): Promise<void>;
  /** Counts the jobs of a queue, trying for at most 1 s; undefined while Redis does not answer. Never throws. */
  count(queue: string): Promise<QueueCounts | undefined>;
  /** The queue itself, to look into it. Its commands fail at once while Redis is unavailable. */
  open(queue: string): Promise<Queue>;
  close(): Promise<void>;
}

const COUNT_MS = 1_000;
const HAND_OVERS_AT_ONCE = 100;
const MOST_HAND_OVERS_WAITING = 10_000;
const HAND_OVER_MS = 1_000;

/** Opens the producers lazily, so that a function that only reads never loads BullMQ. */
export const openQueues = (config: Config, log: Log): Queues => {
  const queues = new Map<string, Promise<Queue>>();
  let connection: Redis | undefined;

  const open = async (name: string): Promise<Queue> => {
    // A bundle knows no names of what a CommonJS package exports, only the whole.
    const { default: bullmq } = await import('bullmq');
    if (!connection) {
      connection = openRedis(config, log);
      await connection.connect().catch(() => undefined);
    }
    const queue = new bullmq.Queue(name, { connection, prefix: queuePrefix(config), skipVersionCheck: true });
    // The connection reports its own trouble; without a listener an 'error' event would end the process.
    queue.on('error', () => undefined);
    return queue;
  };

  const queueNamed = (name: string): Promise<Queue> => {
    const known = queues.get(name) ?? open(name);
    queues.set(name, known);
    return known;
  };

  const handOver = async (name: string, jobs: readonly Job[]): Promise<void> => {
    const queue = await queueNamed(name);
    await queue.addBulk(
      jobs.map(({ id, data, delayMs }) => ({
        name,
        data,
        opts: {
          jobId: id,
          attempts: 1,
          removeOnComplete: true,
          removeOnFail: true,
          ...(delayMs && delayMs > 0 ? { delay: Math.ceil(delayMs) } : {}),
        },
      })),
    );
  };

  const newBatcher = (name: string): Batcher<readonly Job[], void> =>
    createBatcher({
      size: HAND_OVERS_AT_ONCE,
      parallel: 1,
      windowMs: 0,
      run: async (batch) => {
        await handOver(name, batch.flat());
        return batch.map(() => undefined);
      },
    });
  const batchers = new Map<string, Batcher<readonly Job[], void>>();
  let waiting = 0;

  /** Requests that commit while one is with Redis share the next hand-over. */
  const hand = async (name: string, jobs: readonly Job[]): Promise<void> => {
    // Nobody waits that long any more; while Redis is unavailable they must not fill the memory.
    if (waiting >= MOST_HAND_OVERS_WAITING) throw new Error('too many hand-overs wait for redis');
    const batcher = batchers.get(name) ?? newBatcher(name);
    batchers.set(name, batcher);
    waiting += 1;
    await batcher.add(jobs).finally(() => {
      waiting -= 1;
    });
  };

  const countJobs = async (name: string): Promise<QueueCounts> => {
    const {
      waiting = 0,
      active = 0,
      delayed = 0,
    } = await (await queueNamed(name)).getJobCounts('waiting', 'active', 'delayed');
    return { waiting, active, delayed };
  };

  return {
    open: queueNamed,
    count: (name) =>
      withTimeout(COUNT_MS, countJobs(name), () => new Error('the queue did not answer in time')).catch(
        () => undefined,
      ),
    enqueue: async (name, jobs) => {
      refuseWhileHolding('the queue');
      if (jobs.length === 0) return;
      const tooLate = () => new Error('the queue did not answer in time');
      await withTimeout(HAND_OVER_MS, hand(name, jobs), tooLate).catch((error: unknown) => {
        log.warn({ err: error, queue: name, jobs: jobs.length }, 'jobs were not handed over, the tick will');
      });
    },
    close: async () => {
      await Promise.allSettled([...queues.values()].map(async (queue) => (await queue).close()));
      connection?.disconnect();
    },
  };
};
