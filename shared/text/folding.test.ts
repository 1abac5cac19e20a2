import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fold } from './folding.ts';

test.each([
  ['Straße', 'STRASSE'],
  ['ＡＢＣ', 'abc'],
  ['ΣΑΣ', 'σας'],
  ['ΣΑΣ', 'σασ'],
  ['ﾊﾞﾅﾅ', 'バナナ'],
  ['Ǆ', 'dž'],
  ['ﬁn', 'FIN'],
  ['İ', 'i\u0307'],
])('%s folds like %s', (one, other) => {
  expect(fold(one)).toBe(fold(other));
});

test('は, ば, ぱ and ハ stay apart, and so do i and ı', () => {
  // utf8mb4_unicode_ci takes the first four for equal; Turkish casing would take the last two.
  expect(new Set(['は', 'ば', 'ぱ', 'ハ', 'i', 'é', 'e'].map(fold)).size).toBe(7);
});

test('folding twice is folding once, whatever the text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(fold(fold(text))).toBe(fold(text));
    }),
    { numRuns: 2_000 },
  );
});
