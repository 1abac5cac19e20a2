import { expect, test, vi } from 'vitest';
import { z } from 'zod';
import type { Context } from '../host/context.ts';
import { createLog } from '../log/log.ts';
import { defineQueue } from './define-queue.ts';
import { queueWorker } from './queue-worker.ts';

interface Item {
  readonly id: number;
  readonly dueInMs?: number;
}

const PAGES = [Array.from({ length: 500 }, (_, index) => ({ id: index + 1 })), [{ id: 501, dueInMs: 70 }]];

const queueOf = (options: { retryAfterMs?: number; unreadable?: 'failed' | 'taken-off' } = {}) =>
  defineQueue<{ readonly id: number }, Item>({
    name: 'things',
    data: z.object({ id: z.int().min(1) }),
    jobId: ({ id }) => `thing-${id}`,
    pending: async (_context, _limit, after) => PAGES[after === undefined ? 0 : 1] ?? [],
    ...options,
  });

const contextOf = () => {
  const enqueue = vi.fn(async () => undefined);
  const now = () => new Date();
  return { enqueue, context: { queues: { enqueue }, log: createLog('silent'), now } as unknown as Context };
};

const records = (...bodies: string[]) => ({
  Records: bodies.map((body, index) => ({ messageId: `m${index}`, body })),
});

test('a job says what its schema names and nothing else, and reads back', () => {
  const queue = queueOf();
  const job = queue.job({ id: 7, dueInMs: 90, secret: 'x' } as Item);
  expect(job).toEqual({ id: 'thing-7', data: { id: 7 }, delayMs: 90 });
  expect(queue.parse(JSON.stringify(job.data))).toEqual({ id: 7 });
  for (const body of ['', 'x', '{}', '{"id":0}', '{"id":"7"}', 'null'])
    expect(queue.parse(body)).toBeUndefined();
});

test('unfinished work is handed over page by page, each item at its time', async () => {
  const { context, enqueue } = contextOf();
  await queueOf().enqueuePending(context);
  expect(enqueue).toHaveBeenCalledTimes(2);
  expect(enqueue).toHaveBeenLastCalledWith('things', [{ id: 'thing-501', data: { id: 501 }, delayMs: 70 }]);
});

test('one job that fails takes no other along', async () => {
  const done: number[] = [];
  const work = async ({ id }: { readonly id: number }) => {
    if (id === 2) throw new Error('broken');
    if (id === 3) return { retryAfterMs: 5 };
    done.push(id);
    return undefined;
  };
  const event = records('{"id":1}', '{"id":2}', 'x', '{"id":3}', '{"id":4}');
  expect(await queueWorker(queueOf(), work)(event, contextOf().context)).toEqual({
    batchItemFailures: [
      { itemIdentifier: 'm1', reason: expect.any(String) },
      { itemIdentifier: 'm2', reason: expect.any(String) },
      { itemIdentifier: 'm3', retryAfterMs: 5 },
    ],
  });
  const patient = queueOf({ retryAfterMs: 30, unreadable: 'taken-off' });
  expect(await queueWorker(patient, work)(event, contextOf().context)).toEqual({
    batchItemFailures: [
      { itemIdentifier: 'm1', retryAfterMs: 30 },
      { itemIdentifier: 'm3', retryAfterMs: 5 },
    ],
  });
  expect(done).toEqual([1, 4, 1, 4]);
});
