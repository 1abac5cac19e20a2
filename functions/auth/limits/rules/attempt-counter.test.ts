import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type AttemptCounter, EMPTY_COUNTER, reserve, settle } from './attempt-counter.ts';

const LIMIT = { count: 3, windowMs: 1_000 };
const counted = (count: number, endsAt = 1_000): AttemptCounter => ({ ...EMPTY_COUNTER, count, endsAt });
const pending = (counter: AttemptCounter, ...ids: string[]): AttemptCounter => ({
  ...counter,
  pending: Object.fromEntries(ids.map((id) => [id, 60_000])),
});
const attempt = (now = 0, id = 'me') => ({ id, now, lapsesAt: now + 60_000 });

test.each([
  ['nothing counted', [EMPTY_COUNTER], 'reserved'],
  ['room for one', [pending(counted(1), 'a')], 'reserved'],
  ['full of undecided ones', [pending(counted(1), 'a', 'b')], 'wait'],
  ['full of undecided ones alone', [pending(EMPTY_COUNTER, 'a', 'b', 'c')], 'wait'],
  ['limit reached', [counted(3)], 'limited'],
  [
    'limit reached in one, undecided in another',
    [pending(EMPTY_COUNTER, 'a', 'b', 'c'), counted(3)],
    'limited',
  ],
  ['window over', [counted(3, 0)], 'reserved'],
] as const)('%s: %s', (_, counters, verdict) => {
  expect(
    reserve(
      counters,
      counters.map(() => LIMIT.count),
      attempt(),
    ).verdict,
  ).toBe(verdict);
});

test('reserves in all counters or in none', () => {
  const both = reserve([EMPTY_COUNTER, counted(1)], [3, 3], attempt());
  expect(both.counters.map((counter) => Object.keys(counter.pending))).toEqual([['me'], ['me']]);
  const none = reserve([EMPTY_COUNTER, counted(3)], [3, 3], attempt());
  expect(none.counters.map((counter) => Object.keys(counter.pending))).toEqual([[], []]);
});

test('a reservation lapses by itself', () => {
  const full = pending(EMPTY_COUNTER, 'a', 'b', 'c');
  expect(reserve([full], [3], attempt(59_999)).verdict).toBe('wait');
  expect(reserve([full], [3], attempt(60_000)).verdict).toBe('reserved');
});

test('the first refusal of a window is reported, the next is not, that of the next window is', () => {
  const first = reserve([counted(3)], [3], attempt());
  expect(first.report).toBe(true);
  expect(reserve(first.counters, [3], attempt(10)).report).toBe(false);
  expect(reserve([counted(3, 5_000)], [3], attempt(2_000)).report).toBe(true);
});

test('the first counted attempt opens a window of fixed length', () => {
  const opened = settle(EMPTY_COUNTER, 'count', LIMIT, attempt(100));
  expect(opened).toMatchObject({ count: 1, endsAt: 1_100 });
  expect(settle(opened, 'count', LIMIT, attempt(900))).toMatchObject({ count: 2, endsAt: 1_100 });
  expect(settle(opened, 'count', LIMIT, attempt(1_100))).toMatchObject({ count: 1, endsAt: 2_100 });
});

test('release forgets the attempt, clear forgets the counted ones too, neither those of others', () => {
  const counter = pending(counted(2), 'me', 'other');
  expect(settle(counter, 'release', LIMIT, attempt())).toMatchObject({
    count: 2,
    pending: { other: 60_000 },
  });
  expect(settle(counter, 'clear', LIMIT, attempt())).toMatchObject({ count: 0, pending: { other: 60_000 } });
});

test('of any interleaving of wrong attempts at most the limit are judged in a window', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 60 }), (steps) => {
      let counter: AttemptCounter = EMPTY_COUNTER;
      const open: string[] = [];
      let judged = 0;
      for (const [index, begin] of steps.entries()) {
        const decided = begin ? undefined : open.shift();
        if (decided !== undefined) counter = settle(counter, 'count', LIMIT, attempt(0, decided));
        if (!begin) continue;
        const answer = reserve([counter], [LIMIT.count], attempt(0, `a${index}`));
        [counter = EMPTY_COUNTER] = answer.counters;
        if (answer.verdict !== 'reserved') continue;
        open.push(`a${index}`);
        judged += 1;
      }
      expect(judged).toBeLessThanOrEqual(LIMIT.count);
    }),
  );
});
