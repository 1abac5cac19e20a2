import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { applyResult, countedResults, MASTERED_MARK, nextMark, type SkillState } from './scoring.ts';

/** Marks as they are stored. */
const anyMark = () => fc.integer({ min: 0, max: 10_000 }).map((units) => units / 10_000);

const DAY = new Date('2026-03-01T09:30:00.000Z');
const LATER = new Date('2026-03-02T09:30:00.000Z');

describe('nextMark', () => {
  test('passes in a row climb as R10 lists them, and the third masters', () => {
    let mark = 0;
    const marks = Array.from({ length: 5 }, () => {
      mark = nextMark(mark, true);
      return mark;
    });
    expect(marks).toEqual([0.6, 0.84, 0.936, 0.9744, 0.9898]);
    expect(marks.findIndex((each) => each >= MASTERED_MARK)).toBe(2);
  });

  test.each([
    [0.936, false, 0.468],
    [0.6, false, 0.3],
    [0, false, 0],
    [1, true, 1],
    // 0.00005 and 0.46845 are halves: up, where binary fractions would go either way.
    [0.0001, false, 0.0001],
    [0.9369, false, 0.4685],
    [0.9999, true, 1],
    [0.9998, true, 0.9999],
  ])('%f, passed %s, becomes %f', (mark, passed, expected) => {
    expect(nextMark(mark, passed)).toBe(expected);
  });

  test('equals exact decimal arithmetic for every stored mark, stays in 0..1 and never moves the wrong way', () => {
    for (let units = 0; units <= 10_000; units++) {
      const halfUp = (tenths: number) => Number(BigInt(tenths + 5) / 10n);
      expect(nextMark(units / 10_000, true)).toBe(halfUp(units * 4 + 60_000) / 10_000);
      expect(nextMark(units / 10_000, false)).toBe(halfUp(units * 5) / 10_000);
    }
    fc.assert(
      fc.property(anyMark(), (mark) => {
        expect(nextMark(mark, true)).toBeGreaterThanOrEqual(mark);
        expect(nextMark(mark, false)).toBeLessThanOrEqual(mark);
      }),
    );
  });
});

describe('applyResult', () => {
  const stored: SkillState = { mark: 0.6, attempts: 3, correct: 2, lastAnswer: 'き', lastTestedAt: LATER };

  test('starts an untested skill from 0', () => {
    expect(applyResult(undefined, { passed: true, answer: 'き', testedAt: DAY })).toEqual({
      mark: 0.6,
      attempts: 1,
      correct: 1,
      lastAnswer: 'き',
      lastTestedAt: DAY,
    });
    expect(applyResult(undefined, { passed: false, answer: undefined, testedAt: DAY })).toMatchObject({
      mark: 0,
      attempts: 1,
      correct: 0,
    });
  });

  test('replaces the answer, clears it when absent, and keeps the later time', () => {
    expect(applyResult(stored, { passed: false, answer: undefined, testedAt: DAY })).toEqual({
      mark: 0.3,
      attempts: 4,
      correct: 2,
      lastAnswer: undefined,
      lastTestedAt: LATER,
    });
    const after = new Date(LATER.getTime() + 1);
    expect(applyResult(stored, { passed: true, answer: 'さ', testedAt: after })).toMatchObject({
      correct: 3,
      lastAnswer: 'さ',
      lastTestedAt: after,
    });
  });
});

test('of several entries for one character only the last counts', () => {
  const entries = [
    { characterId: 7, passed: false },
    { characterId: 8, passed: true },
    { characterId: 7, passed: true },
  ];
  expect(countedResults(entries)).toEqual([
    { characterId: 7, passed: true },
    { characterId: 8, passed: true },
  ]);
});
