import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { type FuriganaPart, furiganaFits, parseFurigana, readText, writtenText } from './furigana.ts';

describe('parts of a furigana', () => {
  test.each<[string, readonly FuriganaPart[]]>([
    ['', []],
    ['これ', [{ text: 'これ' }]],
    ['食[た]べる', [{ text: '食', reading: 'た' }, { text: 'べる' }]],
    [
      '三[さん]時[じ]',
      [
        { text: '三', reading: 'さん' },
        { text: '時', reading: 'じ' },
      ],
    ],
    [
      'お茶[ちゃ]、飲[の]む？',
      [
        { text: 'お' },
        { text: '茶', reading: 'ちゃ' },
        { text: '、' },
        { text: '飲', reading: 'の' },
        { text: 'む？' },
      ],
    ],
    // A run is the longest stretch: digits and letters before a Chinese character belong to it.
    ['5時[ごじ]', [{ text: '5時', reading: 'ごじ' }]],
    ['「𠮟[しか]る」', [{ text: '「' }, { text: '𠮟', reading: 'しか' }, { text: 'る」' }]],
    ['人々[ひとびと]', [{ text: '人々', reading: 'ひとびと' }]],
    ['CD[シーディー]', [{ text: 'CD', reading: 'シーディー' }]],
  ])('%s', (furigana, parts) => expect(parseFurigana(furigana)).toEqual(parts));

  test.each([
    ['食べる', 'a Chinese character without a reading'],
    ['食[た]べ物', 'a Chinese character without a reading after one with'],
    ['人々', 'a repetition mark without a reading'],
    ['食[]べる', 'an empty reading'],
    [`食[${'た'.repeat(21)}]`, 'a reading of 21'],
    ['食[ta]べる', 'a reading in letters'],
    ['食[た・べ]', 'a reading with a dot'],
    ['[た]べる', 'no run at the beginning'],
    ['これ[これ]', 'no run after kana'],
    ['食 [た]', 'no run after white space'],
    ['食。[た]', 'no run after a full stop'],
    ['食[た', 'a bracket that stays open'],
    ['食た]', 'a bracket that was never opened'],
    ['食[た]]', 'a bracket closed twice'],
    ['食[[た]', 'a bracket opened twice'],
    ['食[た[べ]]', 'brackets inside each other'],
    ['食[た][べ]', 'two readings of one run'],
  ])('%s is malformed: %s', (furigana) => expect(parseFurigana(furigana)).toBeUndefined());
});

describe('a furigana', () => {
  it('fits its text and its reading, hiragana and katakana being equal', () => {
    expect(furiganaFits('食[た]べる', '食べる', 'たべる')).toBe(true);
    expect(furiganaFits('食[タ]べる', '食べる', 'たべる')).toBe(true);
    expect(furiganaFits('コーヒー', 'コーヒー', 'こーひー')).toBe(true);
    expect(furiganaFits('食[た]べる', '食べる')).toBe(true);
  });

  it('does not fit another text or another reading', () => {
    expect(furiganaFits('食[た]べる', '食べた', 'たべる')).toBe(false);
    expect(furiganaFits('食[しょく]べる', '食べる', 'たべる')).toBe(false);
    expect(furiganaFits('食[た]べる', '食べる', '')).toBe(false);
    expect(furiganaFits('食べる', '食べる')).toBe(false);
    expect(furiganaFits('か\u3099', 'が')).toBe(false);
  });

  it('that is empty stands for none', () => expect(furiganaFits('', '食べる', 'たべる')).toBe(true));

  it('never fits a text that itself holds brackets', () => {
    expect(furiganaFits('食[た]', '食[た]')).toBe(false);
    expect(furiganaFits('a]', 'a]')).toBe(false);
  });
});

const kana = fc.string({ unit: fc.constantFrom(...'あがっんゖアヴーヺ'), minLength: 1, maxLength: 20 });
const run = fc.string({ unit: fc.constantFrom(...'漢字々〇𠮟5aé…'), minLength: 1, maxLength: 5 });
const between = fc.string({
  unit: fc.constantFrom(...'のをアー、。「」？！・ \u3000'),
  minLength: 1,
  maxLength: 5,
});
/** Runs that need a reading, each with or without kana or punctuation before it, and kana at the end. */
const wellFormed = fc
  .tuple(fc.array(fc.tuple(fc.option(between), run, kana)), fc.option(between))
  .map(([runs, end]): FuriganaPart[] => [
    ...runs.flatMap(([before, text, reading]) => [...(before ? [{ text: before }] : []), { text, reading }]),
    ...(end ? [{ text: end }] : []),
  ]);
const write = (parts: readonly FuriganaPart[]) =>
  parts.map(({ text, reading }) => (reading === undefined ? text : `${text}[${reading}]`)).join('');

test('whatever parts it is written from, it gives the same parts back and fits their texts', () => {
  fc.assert(
    fc.property(wellFormed, (parts) => {
      const furigana = write(parts);
      expect(parseFurigana(furigana)).toEqual(parts);
      expect(furiganaFits(furigana, writtenText(parts), readText(parts))).toBe(true);
    }),
  );
});

test('for any text: what can be parsed is written back as it was', () => {
  const text = fc.string({ unit: fc.constantFrom(...'漢々あアーa5[]、 ') });
  fc.assert(
    fc.property(text, (furigana) => {
      const parts = parseFurigana(furigana);
      if (parts !== undefined) expect(write(parts)).toBe(furigana);
    }),
  );
});

test('without one of its brackets it is malformed', () => {
  fc.assert(
    fc.property(wellFormed, fc.nat(), (parts, choice) => {
      const furigana = write(parts);
      const brackets = [...furigana.matchAll(/[[\]]/g)].map(({ index }) => index);
      fc.pre(brackets.length > 0);
      const at = brackets[choice % brackets.length] ?? 0;
      expect(parseFurigana(furigana.slice(0, at) + furigana.slice(at + 1))).toBeUndefined();
    }),
  );
});

test('takes time in proportion to its length', () => {
  const seconds = (length: number) => {
    const start = performance.now();
    for (const text of ['漢'.repeat(length), '漢[か]'.repeat(length / 4), '['.repeat(length)])
      parseFurigana(text);
    return performance.now() - start;
  };
  seconds(100_000);
  // Quadratic work would take 64 times as long for 8 times the length.
  expect(seconds(400_000)).toBeLessThan(30 * Math.max(seconds(50_000), 1));
});
