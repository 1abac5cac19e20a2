import { expect, test } from 'vitest';
import { runKey } from './run-key.ts';

const now = new Date('2026-03-02T23:59:59.999Z');

test.each([
  ['run-57', 'abc', 'run:run-57'],
  ['', 'abc', 'key:abc'],
  [undefined, 'abc', 'key:abc'],
  ['', '', 'day:2026-03-02'],
  [undefined, undefined, 'day:2026-03-02'],
  // The kinds never meet, whatever the keys look like.
  ['day:2026-03-02', undefined, 'run:day:2026-03-02'],
  [undefined, 'run:run-57', 'key:run:run-57'],
])('task run %s, idempotency key %s: %s', (taskRunId, idempotencyKey, expected) => {
  expect(runKey({ taskRunId, idempotencyKey, now })).toBe(expected);
});

test('the longest key fits its column', () => {
  expect(runKey({ taskRunId: 'x'.repeat(255), idempotencyKey: undefined, now }).length).toBeLessThanOrEqual(
    260,
  );
});
