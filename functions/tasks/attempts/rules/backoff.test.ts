import fc from 'fast-check';
import { expect, test } from 'vitest';
import { delayAfter } from './backoff.ts';

const backoff = { delaysSeconds: [10, 60, 300, 1_800], jitter: 0.2 };

test.each([
  [1, 0.5, 10_000],
  [1, 0, 8_000],
  [2, 0.75, 66_000],
  [3, 0.5, 300_000],
  [4, 0.5, 1_800_000],
  [5, 0.5, undefined],
])('after attempt %i with chance %f', (attempt, chance, delay) => {
  expect(delayAfter(attempt, backoff, chance)).toBe(delay);
});

test('never leaves the share that chance has', () => {
  const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 4 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      chance,
      (n, jitter, c) => {
        const exact = (backoff.delaysSeconds[n - 1] ?? 0) * 1_000;
        const delay = delayAfter(n, { ...backoff, jitter }, c) ?? -1;
        expect(delay).toBeGreaterThanOrEqual(Math.floor(exact * (1 - jitter)));
        expect(delay).toBeLessThanOrEqual(Math.ceil(exact * (1 + jitter)));
      },
    ),
  );
});
