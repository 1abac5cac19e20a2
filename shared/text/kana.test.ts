import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hasHan, hasKana, isReading, katakanaToHiragana } from './kana.ts';

const characterBetween = (first: string, last: string) =>
  fc
    .integer({ min: first.codePointAt(0) ?? 0, max: last.codePointAt(0) ?? 0 })
    .map((codePoint) => String.fromCodePoint(codePoint));
const hiragana = characterBetween('ぁ', 'ゖ');
const katakana = characterBetween('ァ', 'ヺ');

test.each(['あ', 'ゖ', 'コーヒー', 'テレビ・ゲーム', 'ヺ', 'っ', 'ー'])('%s is a reading', (text) =>
  expect(isReading(text)).toBe(true),
);

test.each(['', '食べる', 'abc', 'あ い', 'あ。', '々', 'ｱ', '゛', 'あ\n', '１'])(
  '"%s" is no reading',
  (text) => expect(isReading(text)).toBe(false),
);

test.each(['漢', '人々', '々', '〇', '𠮟る', '㐂'])('%s holds a Chinese character', (text) =>
  expect(hasHan(text)).toBe(true),
);

test.each(['', 'かな', 'カナ・ー', 'abc 123', '、。「」'])('"%s" holds none', (text) =>
  expect(hasHan(text)).toBe(false),
);

test('a kana is found anywhere', () => {
  expect(hasKana('食べる')).toBe(true);
  expect(hasKana('コ')).toBe(true);
  expect(hasKana('漢字 kanji、。・')).toBe(false);
});

test('katakana become the hiragana of the same sound, all else stays', () => {
  expect(katakanaToHiragana('コーヒーを飲む')).toBe('こーひーを飲む');
  expect(katakanaToHiragana('ヴヵヶ')).toBe('ゔゕゖ');
  expect(katakanaToHiragana('ヷヺー・abc')).toBe('ヷヺー・abc');
});

test('for any kana: a reading stays one, no longer and no shorter, and twice is once', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(hiragana, katakana, fc.constant('ー')), { minLength: 1 }), (kana) => {
      const text = kana.join('');
      const folded = katakanaToHiragana(text);
      expect(isReading(folded)).toBe(true);
      expect(folded).toHaveLength(text.length);
      expect(katakanaToHiragana(folded)).toBe(folded);
      expect(folded).not.toMatch(/[ァ-ヶ]/);
    }),
  );
});
