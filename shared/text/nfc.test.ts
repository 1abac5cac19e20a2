import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toNfc } from './nfc.ts';
import { trimWhiteSpace } from './white-space.ts';

/** Letters that compose, marks of many classes, of none, and such that decompose. */
const POINTS = [
  ...'aeoạệ가각\u1100\u1161\u11a8',
  ...'\u0300\u0301\u0316\u0323\u0334\u0345\u0344\u0308\u031b\u093c\u3099\u05b0\u05b1',
  ...'\u034f\u0903\u{1d165}\u{1d16e}\u0f71\u0f72\u0f73\u0f74\u20d0\ufe0f',
];

test('long runs of marks come out as the platform normalises them', () => {
  const unit = fc.oneof(
    { weight: 200, arbitrary: fc.constantFrom(...POINTS.filter((point) => /\p{M}/u.test(point))) },
    { weight: 1, arbitrary: fc.constantFrom(...POINTS) },
  );
  fc.assert(
    fc.property(fc.array(unit, { minLength: 200, maxLength: 600 }), (points) => {
      const text = points.join('');
      expect(toNfc(text)).toBe(text.normalize('NFC'));
    }),
    { numRuns: 300 },
  );
});

test('every mark of Unicode finds its place', () => {
  const marks: string[] = [];
  for (let code = 0; code < 0x20_000; code++) {
    const point = String.fromCodePoint(code);
    if (/\p{M}/u.test(point)) marks.push(point);
  }
  expect(marks.length).toBeGreaterThan(2_000);
  for (const order of [marks, [...marks].reverse()]) {
    const run = order.join('');
    expect(toNfc(`a${run}`)).toBe(`a${run}`.normalize('NFC'));
  }
});

test.each([
  ['marks in falling order', `a${'\u0301\u0316'.repeat(250_000)}`],
  ['blanks between letters', `a${' '.repeat(500_000)}b`],
  ['marks that expand', '\u{1d160}'.repeat(125_000)],
])('a body full of %s takes linear time', (_name, text) => {
  const startedAt = performance.now();
  trimWhiteSpace(toNfc(text));
  expect(performance.now() - startedAt).toBeLessThan(1_000);
});
