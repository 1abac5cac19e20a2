import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseRange, RANGE_BYTES } from './ranges.ts';

describe('chooseRange', () => {
  it.each([
    ['bytes=0-99', 1_000, { start: 0, end: 99 }],
    ['bytes=500-', 1_000, { start: 500, end: 999 }],
    ['bytes=-100', 1_000, { start: 900, end: 999 }],
    ['bytes=900-5000', 1_000, { start: 900, end: 999 }],
    ['bytes=-5000', 1_000, { start: 0, end: 999 }],
    ['bytes=0-', 1_000, { start: 0, end: 999 }],
    ['bytes=0-9, 20-29', 1_000, { start: 0, end: 9 }],
    ['bytes=2000-,5-9', 1_000, { start: 5, end: 9 }],
    ['bytes=1000-', 1_000, 'unsatisfiable'],
    ['bytes=1000-1001', 1_000, 'unsatisfiable'],
    ['bytes=-0', 1_000, 'unsatisfiable'],
    ['bytes=5-2', 1_000, 'ignored'],
    ['bytes=', 1_000, 'ignored'],
    ['bytes=a-b', 1_000, 'ignored'],
    ['bytes=5-2,0-9', 1_000, 'ignored'],
    ['items=0-9', 1_000, 'ignored'],
    ['bytes=0-', 10_000_000, { start: 0, end: 4_194_303 }],
    ['bytes=-5000000', 10_000_000, { start: 5_000_000, end: 9_194_303 }],
    ['BYTES=0-9', 1_000, { start: 0, end: 9 }],
    ['bytes=, ,0-9,,', 1_000, { start: 0, end: 9 }],
    ['bytes=,,', 1_000, 'ignored'],
    ['bytes=-', 1_000, 'ignored'],
    ['bytes=1 - 2', 1_000, 'ignored'],
    ['bytes 0-9', 1_000, 'ignored'],
    ['bytes=99999999999999999999-', 1_000, 'unsatisfiable'],
    ['bytes=0-99999999999999999999', 1_000, { start: 0, end: 999 }],
    [undefined, 1_000, 'ignored'],
  ])('%s of %i bytes', (header, size, expected) => {
    expect(chooseRange(header, size)).toEqual(expected);
  });

  it('never leaves the file and never exceeds the longest part', () => {
    const text = fc.oneof(
      fc.tuple(fc.nat(), fc.nat()).map(([a, b]) => `bytes=${a}-${b}`),
      fc
        .array(fc.constantFrom('bytes', '=', '-', ',', ' ', '0', '5', '99', '4194304'), { maxLength: 12 })
        .map((p) => p.join('')),
    );
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 600_000_000 }), (header, size) => {
        const span = chooseRange(header, size);
        if (typeof span === 'string') return true;
        const { start, end } = span;
        return start >= 0 && start <= end && end < size && end - start < RANGE_BYTES;
      }),
      { numRuns: 2_000 },
    );
  });
});
