import { setImmediate as settled } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createBatcher } from './batcher.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A batcher whose batches end when the test says so. */
const held = (given: { size: number; parallel?: number; windowMs?: number }) => {
  const batches: (readonly number[])[] = [];
  const ends: (() => void)[] = [];
  const batcher = createBatcher<number, string>({
    parallel: 1,
    windowMs: 50,
    ...given,
    run: async (items) => {
      batches.push(items);
      await new Promise<void>((resolve) => ends.push(resolve));
      return items.map((item) => `done ${item}`);
    },
  });
  const endFirst = async (): Promise<void> => {
    ends.shift()?.();
    await settled();
  };
  return { batcher, batches, endFirst };
};

test('starts a full batch at once and an incomplete one when the window is over', async () => {
  const { batcher, batches } = held({ size: 2, parallel: 2 });
  for (const item of [1, 2, 3]) void batcher.add(item);
  expect(batches).toEqual([[1, 2]]);
  await vi.advanceTimersByTimeAsync(49);
  expect(batches).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(batches).toEqual([[1, 2], [3]]);
});

test('runs no more batches at a time than allowed, the next as soon as one ends', async () => {
  const { batcher, batches, endFirst } = held({ size: 1, parallel: 2 });
  for (const item of [1, 2, 3]) void batcher.add(item);
  expect(batches).toEqual([[1], [2]]);
  await endFirst();
  expect(batches).toEqual([[1], [2], [3]]);
});

test('a window that ends while nothing may start does not hold the items back later', async () => {
  const { batcher, batches, endFirst } = held({ size: 2 });
  for (const item of [1, 2, 3]) void batcher.add(item);
  await vi.advanceTimersByTimeAsync(60);
  await endFirst();
  expect(batches).toEqual([[1, 2], [3]]);
});

test('in a hurry incomplete batches do not wait', async () => {
  const { batcher, batches, endFirst } = held({ size: 10, windowMs: 60_000 });
  const outcome = batcher.add(1);
  batcher.flush();
  expect(batches).toEqual([[1]]);
  await endFirst();
  await expect(outcome).resolves.toBe('done 1');
});

test('every item gets its own outcome, and a throw rejects the whole batch and no other', async () => {
  const batcher = createBatcher<number, number>({
    size: 2,
    parallel: 1,
    windowMs: 50,
    run: async (items) => {
      if (items.includes(3)) throw new Error('batch failed');
      return items.map((item) => item * 10);
    },
  });
  const outcomes = Promise.allSettled([1, 2, 3, 4, 5].map((item) => batcher.add(item)));
  await vi.advanceTimersByTimeAsync(50);
  expect((await outcomes).map((one) => (one.status === 'fulfilled' ? one.value : 'rejected'))).toEqual([
    10,
    20,
    'rejected',
    'rejected',
    50,
  ]);
});
