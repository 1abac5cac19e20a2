import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createSlots } from './slots.ts';

test('runs so many at a time, in order of arrival, and goes on after a failure', async () => {
  const inSlot = createSlots(2);
  const started: number[] = [];
  let running = 0;
  const work = (index: number) =>
    inSlot(async () => {
      started.push(index);
      running += 1;
      expect(running).toBeLessThanOrEqual(2);
      await turn();
      running -= 1;
      if (index % 2 === 0) throw new Error('even');
      return index;
    });
  const results = await Promise.allSettled([0, 1, 2, 3, 4, 5].map(work));
  expect(started).toEqual([0, 1, 2, 3, 4, 5]);
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
  expect(await inSlot(async () => 'free again')).toBe('free again');
});
