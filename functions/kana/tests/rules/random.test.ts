import fc from 'fast-check';
import { expect, test } from 'vitest';
import { seededRandom } from '../../testing/seeded-random.ts';
import { shuffled } from './random.ts';

test('a shuffle keeps every item and leaves the given list alone', () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), fc.integer(), (items, seed) => {
      const before = [...items];
      const result = shuffled(items, seededRandom(seed));
      expect(items).toEqual(before);
      expect(result.toSorted((a, b) => a - b)).toEqual(items.toSorted((a, b) => a - b));
    }),
  );
});

test('all 24 orders of four items are equally likely', () => {
  const random = seededRandom(1);
  const draws = 120_000;
  const counts = new Map<string, number>();
  for (let draw = 0; draw < draws; draw++) {
    const order = shuffled(['a', 'b', 'c', 'd'], random).join('');
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  expect(counts.size).toBe(24);
  const expected = draws / 24;
  const chiSquare = [...counts.values()].reduce((sum, seen) => sum + (seen - expected) ** 2 / expected, 0);
  // 23 degrees of freedom: beyond 49.7 in one of a thousand fair runs, and the seed is fixed.
  expect(chiSquare).toBeLessThan(49.7);
});
