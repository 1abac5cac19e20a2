import { setTimeout as sleep } from 'node:timers/promises';
import { QueueEvents } from 'bullmq';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { BatchEvent } from './batch-event.ts';
import type { QueueBinding } from './dispatcher.ts';
import { ALL_DONE, idsOf, ONCE, openTestQueue, type TestQueue } from './testing/test-queue.ts';

let jobs: TestQueue;
beforeEach(() => {
  jobs = openTestQueue();
});
afterEach(() => jobs.close());

describe('delivery', () => {
  test('25 jobs come as batches of 10, 10 and 5 in the SQS shape, and leave the queue', async () => {
    await jobs.addJobs(25);
    const events: BatchEvent[] = [];
    jobs.start(async (event) => {
      events.push(event);
      return ALL_DONE;
    });
    await jobs.untilEmpty();
    expect(events.map(({ Records }) => Records.length)).toEqual([10, 10, 5]);
    expect(new Set(events.flatMap(idsOf)).size).toBe(25);
    expect(events[0]?.Records[0]).toEqual({
      messageId: 'task-1',
      body: '{"taskId":1}',
      attributes: { ApproximateReceiveCount: '1' },
      messageAttributes: { name: 'work' },
      eventSource: 'bullmq:redis',
      eventSourceARN: jobs.queue.name,
    });
  });

  test('no more batches run at a time than allowed', async () => {
    await jobs.addJobs(12);
    let running = 0;
    let most = 0;
    const invoke = async () => {
      running += 1;
      most = Math.max(most, running);
      await sleep(30);
      running -= 1;
      return ALL_DONE;
    };
    jobs.start(invoke, { batchSize: 2, concurrency: 3, maximumBatchingWindowMs: 5 });
    await jobs.untilEmpty();
    expect(most).toBe(3);
  });
});

describe('failures', () => {
  test('a reported job fails alone, its neighbours succeed', async () => {
    await jobs.addJobs(4);
    const failed: string[] = [];
    const completed: string[] = [];
    const events = new QueueEvents(jobs.queue.name, { connection: jobs.connection, prefix: jobs.prefix });
    await events.waitUntilReady();
    events.on('failed', ({ jobId, failedReason }) => failed.push(`${jobId}: ${failedReason}`));
    events.on('completed', ({ jobId }) => completed.push(jobId));
    jobs.start(async () => ({
      batchItemFailures: [
        { itemIdentifier: 'task-2', reason: 'mailbox full' },
        { itemIdentifier: 'task-4', reason: 'gone', unrecoverable: true },
      ],
    }));
    await jobs.untilEmpty();
    await vi.waitFor(() => expect(failed.length + completed.length).toBe(4));
    expect(failed.toSorted()).toEqual(['task-2: mailbox full', 'task-4: gone']);
    expect(completed.toSorted()).toEqual(['task-1', 'task-3']);
    await events.close();
  });

  test('an unrecoverable job is not tried again, another is', async () => {
    await jobs.queue.add('work', {}, { ...ONCE, jobId: 'hopeless', attempts: 3 });
    await jobs.queue.add('work', {}, { ...ONCE, jobId: 'flaky', attempts: 3 });
    const deliveries: string[] = [];
    jobs.start(
      async ({ Records }) => {
        deliveries.push(
          ...Records.map((one) => `${one.messageId} ${one.attributes.ApproximateReceiveCount}`),
        );
        const itemIdentifier = Records[0]?.messageId ?? '';
        return { batchItemFailures: [{ itemIdentifier, unrecoverable: itemIdentifier === 'hopeless' }] };
      },
      { batchSize: 1 },
    );
    await jobs.untilEmpty();
    expect(deliveries.toSorted()).toEqual(['flaky 1', 'flaky 2', 'flaky 3', 'hopeless 1']);
  });

  test('an early job is delivered again after the given time, although it has a single attempt', async () => {
    await jobs.addJobs(1);
    const times: number[] = [];
    jobs.start(async ({ Records }) => {
      times.push(performance.now());
      const itemIdentifier = Records[0]?.messageId ?? '';
      return times.length === 1 ? { batchItemFailures: [{ itemIdentifier, retryAfterMs: 400 }] } : ALL_DONE;
    });
    await jobs.untilEmpty();
    expect(times).toHaveLength(2);
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(395);
  });

  test.each<[string, QueueBinding['invoke']]>([
    ['a throw', async () => Promise.reject(new Error('no database'))],
    ['an unknown identifier', async () => ({ batchItemFailures: [{ itemIdentifier: 'task-99' }] })],
  ])('%s fails the whole batch, and the next batch runs', async (_, fail) => {
    await jobs.addJobs(3);
    let calls = 0;
    const succeeded: string[] = [];
    jobs.start(
      async (event) => {
        calls += 1;
        if (calls === 1) return fail(event);
        succeeded.push(...idsOf(event));
        return ALL_DONE;
      },
      { batchSize: 2 },
    );
    await jobs.untilEmpty();
    expect(succeeded).toEqual(['task-3']);
  });
});

describe('stopping', () => {
  test('waits for the batch under way and takes no further job', async () => {
    await jobs.addJobs(3);
    let ended = 0;
    let begun = 0;
    const dispatcher = jobs.start(
      async () => {
        begun += 1;
        await sleep(300);
        ended += 1;
        return ALL_DONE;
      },
      { batchSize: 1 },
    );
    await vi.waitFor(() => expect(begun).toBe(1));
    await dispatcher.close();
    expect({ begun, ended }).toEqual({ begun: 1, ended: 1 });
    expect(await jobs.queue.getWaitingCount()).toBe(2);
    expect(await jobs.queue.getActiveCount()).toBe(0);
  });

  test('delivers what has been taken already instead of waiting for the window', async () => {
    await jobs.addJobs(2);
    const invoke = vi.fn(async () => ALL_DONE);
    const dispatcher = jobs.start(invoke, { maximumBatchingWindowMs: 60_000 });
    await vi.waitFor(async () => expect(await jobs.queue.getActiveCount()).toBe(2));
    await dispatcher.close();
    expect(invoke).toHaveBeenCalledTimes(1);
    await jobs.untilEmpty();
  });

  test('gives up after the grace; another dispatcher runs the job again', async () => {
    await jobs.addJobs(1);
    const dispatcher = jobs.start(() => new Promise<never>(() => undefined));
    await vi.waitFor(async () => expect(await jobs.queue.getActiveCount()).toBe(1));
    await sleep(200);
    const begun = performance.now();
    await dispatcher.close(200);
    expect(performance.now() - begun).toBeLessThan(2_500);
    const counts: string[] = [];
    jobs.start(async ({ Records }) => {
      counts.push(Records[0]?.attributes.ApproximateReceiveCount ?? '');
      return ALL_DONE;
    });
    await jobs.untilEmpty();
    expect(counts).toEqual(['2']);
  });
});
