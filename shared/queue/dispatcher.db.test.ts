import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type JobsOptions, Queue, QueueEvents } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { loadConfig } from '../config/config.ts';
import { createLog } from '../log/log.ts';
import { redisUrl } from '../redis/redis.ts';
import { testEnvironment } from '../testing/test-resources.ts';
import type { BatchEvent, BatchResult } from './batch-event.ts';
import { type Dispatcher, type QueueBinding, startDispatcher } from './dispatcher.ts';

const config = loadConfig(testEnvironment());
const url = redisUrl(config);
const prefix = `{test-${randomBytes(6).toString('hex')}}`;
const connection = new Redis(url, { maxRetriesPerRequest: null });
const silent = createLog('silent');
const ONCE: JobsOptions = { attempts: 1, removeOnComplete: true, removeOnFail: true };
const ALL_DONE: BatchResult = { batchItemFailures: [] };

let queue: Queue;
let dispatcher: Dispatcher | undefined;
let number = 0;

beforeEach(() => {
  number += 1;
  queue = new Queue(`q${number}`, { connection, prefix });
});
afterEach(async () => {
  await dispatcher?.close(500);
  dispatcher = undefined;
  await queue.obliterate({ force: true });
  await queue.close();
});
afterAll(() => {
  connection.disconnect();
});

const addJobs = (count: number) =>
  queue.addBulk(
    Array.from({ length: count }, (_, index) => ({
      name: 'work',
      data: { taskId: index + 1 },
      opts: { ...ONCE, jobId: `task-${index + 1}` },
    })),
  );

const start = (invoke: QueueBinding['invoke'], settings: Partial<QueueBinding> = {}, address = url): void => {
  const binding = {
    queue: queue.name,
    batchSize: 10,
    concurrency: 1,
    maximumBatchingWindowMs: 150,
    ...settings,
    invoke,
  };
  dispatcher = startDispatcher({
    bindings: [binding],
    redisUrl: address,
    prefix,
    log: silent,
    lockDurationMs: 500,
    stalledIntervalMs: 200,
  });
};

const idsOf = ({ Records }: BatchEvent) => Records.map(({ messageId }) => messageId);
const isEmpty = () =>
  vi.waitFor(
    async () => {
      const counts = await queue.getJobCounts();
      expect(Object.values(counts).reduce((sum, count) => sum + count)).toBe(0);
    },
    { timeout: 5_000, interval: 20 },
  );

describe('delivery', () => {
  test('25 jobs come as batches of 10, 10 and 5 in the SQS shape, and leave the queue', async () => {
    await addJobs(25);
    const events: BatchEvent[] = [];
    start(async (event) => {
      events.push(event);
      return ALL_DONE;
    });
    await isEmpty();
    expect(events.map(({ Records }) => Records.length)).toEqual([10, 10, 5]);
    expect(new Set(events.flatMap(idsOf)).size).toBe(25);
    expect(events[0]?.Records[0]).toEqual({
      messageId: 'task-1',
      body: '{"taskId":1}',
      attributes: { ApproximateReceiveCount: '1' },
      messageAttributes: { name: 'work' },
      eventSource: 'bullmq:redis',
      eventSourceARN: queue.name,
    });
  });

  test('no more batches run at a time than allowed', async () => {
    await addJobs(12);
    let running = 0;
    let most = 0;
    const invoke = async () => {
      running += 1;
      most = Math.max(most, running);
      await sleep(30);
      running -= 1;
      return ALL_DONE;
    };
    start(invoke, { batchSize: 2, concurrency: 3, maximumBatchingWindowMs: 5 });
    await isEmpty();
    expect(most).toBe(3);
  });
});

describe('failures', () => {
  test('a reported job fails alone, its neighbours succeed', async () => {
    await addJobs(4);
    const failed: string[] = [];
    const completed: string[] = [];
    const events = new QueueEvents(queue.name, {
      connection,
      prefix,
    });
    await events.waitUntilReady();
    events.on('failed', ({ jobId, failedReason }) => failed.push(`${jobId}: ${failedReason}`));
    events.on('completed', ({ jobId }) => completed.push(jobId));
    start(async () => ({
      batchItemFailures: [
        { itemIdentifier: 'task-2', reason: 'mailbox full' },
        { itemIdentifier: 'task-4', reason: 'gone', unrecoverable: true },
      ],
    }));
    await isEmpty();
    await vi.waitFor(() => expect(failed.length + completed.length).toBe(4));
    expect(failed.toSorted()).toEqual(['task-2: mailbox full', 'task-4: gone']);
    expect(completed.toSorted()).toEqual(['task-1', 'task-3']);
    await events.close();
  });

  test('an unrecoverable job is not tried again, another is', async () => {
    await queue.add('work', {}, { ...ONCE, jobId: 'hopeless', attempts: 3 });
    await queue.add('work', {}, { ...ONCE, jobId: 'flaky', attempts: 3 });
    const deliveries: string[] = [];
    start(
      async ({ Records }) => {
        deliveries.push(
          ...Records.map((one) => `${one.messageId} ${one.attributes.ApproximateReceiveCount}`),
        );
        const itemIdentifier = Records[0]?.messageId ?? '';
        return { batchItemFailures: [{ itemIdentifier, unrecoverable: itemIdentifier === 'hopeless' }] };
      },
      { batchSize: 1 },
    );
    await isEmpty();
    expect(deliveries.toSorted()).toEqual(['flaky 1', 'flaky 2', 'flaky 3', 'hopeless 1']);
  });

  test('an early job is delivered again after the given time, although it has a single attempt', async () => {
    await addJobs(1);
    const times: number[] = [];
    start(async ({ Records }) => {
      times.push(performance.now());
      const itemIdentifier = Records[0]?.messageId ?? '';
      return times.length === 1 ? { batchItemFailures: [{ itemIdentifier, retryAfterMs: 400 }] } : ALL_DONE;
    });
    await isEmpty();
    expect(times).toHaveLength(2);
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(395);
  });

  test.each<[string, QueueBinding['invoke']]>([
    ['a throw', async () => Promise.reject(new Error('no database'))],
    ['an unknown identifier', async () => ({ batchItemFailures: [{ itemIdentifier: 'task-99' }] })],
  ])('%s fails the whole batch, and the next batch runs', async (_, fail) => {
    await addJobs(3);
    let calls = 0;
    const succeeded: string[] = [];
    start(
      async (event) => {
        calls += 1;
        if (calls === 1) return fail(event);
        succeeded.push(...idsOf(event));
        return ALL_DONE;
      },
      { batchSize: 2 },
    );
    await isEmpty();
    expect(succeeded).toEqual(['task-3']);
  });
});

describe('stopping', () => {
  test('waits for the batch under way and takes no further job', async () => {
    await addJobs(3);
    let ended = 0;
    let begun = 0;
    start(
      async () => {
        begun += 1;
        await sleep(300);
        ended += 1;
        return ALL_DONE;
      },
      { batchSize: 1 },
    );
    await vi.waitFor(() => expect(begun).toBe(1));
    await dispatcher?.close();
    expect({ begun, ended }).toEqual({ begun: 1, ended: 1 });
    expect(await queue.getWaitingCount()).toBe(2);
    expect(await queue.getActiveCount()).toBe(0);
  });

  test('delivers what has been taken already instead of waiting for the window', async () => {
    await addJobs(2);
    const invoke = vi.fn(async () => ALL_DONE);
    start(invoke, { maximumBatchingWindowMs: 60_000 });
    await vi.waitFor(async () => expect(await queue.getActiveCount()).toBe(2));
    await dispatcher?.close();
    expect(invoke).toHaveBeenCalledTimes(1);
    await isEmpty();
  });

  test('gives up after the grace; another dispatcher runs the job again', async () => {
    await addJobs(1);
    start(() => new Promise<never>(() => undefined));
    await vi.waitFor(async () => expect(await queue.getActiveCount()).toBe(1));
    await sleep(200);
    const begun = performance.now();
    await dispatcher?.close(200);
    expect(performance.now() - begun).toBeLessThan(2_500);
    const counts: string[] = [];
    start(async ({ Records }) => {
      counts.push(Records[0]?.attributes.ApproximateReceiveCount ?? '');
      return ALL_DONE;
    });
    await isEmpty();
    expect(counts).toEqual(['2']);
  });
});

describe('trouble', () => {
  const killed: ChildProcess[] = [];
  afterEach(() => {
    for (const child of killed) child.kill('SIGKILL');
  });

  test('a job whose worker was killed is run again', async () => {
    await addJobs(1);
    const source = `
      import { startDispatcher } from ${JSON.stringify(new URL('./dispatcher.ts', import.meta.url).href)};
      import { createLog } from ${JSON.stringify(new URL('../log/log.ts', import.meta.url).href)};
      startDispatcher({ redisUrl: ${JSON.stringify(url)}, prefix: ${JSON.stringify(prefix)}, log: createLog('silent'),
        lockDurationMs: 500, stalledIntervalMs: 200,
        bindings: [{ queue: ${JSON.stringify(queue.name)}, batchSize: 1, concurrency: 1, maximumBatchingWindowMs: 0,
          invoke: async () => { console.log('taken'); await new Promise(() => setInterval(() => 0, 1000)); } }] });`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', source]);
    killed.push(child);
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    const taken: string[] = [];
    start(async (event) => {
      taken.push(...idsOf(event));
      return ALL_DONE;
    });
    await isEmpty();
    expect(taken).toEqual(['task-1']);
  });

  test('starting and closing without Redis neither throws nor hangs, and one line is logged', async () => {
    const lines: string[] = [];
    const log = createLog('warn', { write: (line) => lines.push(line) });
    const binding = { queue: 'q', batchSize: 1, concurrency: 1, maximumBatchingWindowMs: 0 };
    const offline = startDispatcher({
      bindings: [{ ...binding, invoke: async () => ALL_DONE }],
      redisUrl: 'redis://127.0.0.1:1/0',
      prefix,
      log,
    });
    await sleep(400);
    const begun = performance.now();
    await offline.close();
    expect(performance.now() - begun).toBeLessThan(3_000);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('redis');
  });

  test('work resumes when Redis is back after it was away', async () => {
    const open = new Set<Socket>();
    const proxy = createServer((client) => {
      const server = connect(config.REDIS_PORT, config.REDIS_HOST);
      for (const socket of [client, server]) {
        open.add(socket);
        socket.on('error', () => undefined).once('close', () => [client, server].map((one) => one.destroy()));
      }
      client.pipe(server).pipe(client);
    });
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    const { port } = proxy.address() as AddressInfo;
    const taken: string[] = [];
    start(
      async (event) => {
        taken.push(...idsOf(event));
        return ALL_DONE;
      },
      {},
      redisUrl({ ...config, REDIS_HOST: '127.0.0.1', REDIS_PORT: port }),
    );
    await addJobs(1);
    await isEmpty();
    proxy.close();
    for (const socket of open) socket.destroy();
    // Redis must have seen it too, or it would wake a worker that is gone (which costs 5 s, not the job).
    await sleep(200);
    await queue.add('work', {}, { ...ONCE, jobId: 'meanwhile' });
    await sleep(200);
    proxy.listen(port, '127.0.0.1');
    await isEmpty();
    expect(taken).toEqual(['task-1', 'meanwhile']);
    await dispatcher?.close();
    proxy.close();
  });
});
