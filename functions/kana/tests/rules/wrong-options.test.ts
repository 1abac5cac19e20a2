import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { charactersOfSet, type SetFilter } from '../../characters/rules/catalogue-order.ts';
import {
  ALPHABETS,
  type Alphabet,
  type Character,
  KANA_SETS,
  TEST_TYPES,
  type TestType,
} from '../../characters/rules/character.ts';
import { SEEDED_CHARACTERS } from '../../seed/characters.ts';
import { seededRandom } from '../../testing/seeded-random.ts';
import { lookAlike } from './look-alikes.ts';
import { type OptionKana, wrongOptions } from './wrong-options.ts';

const CATALOGUE: readonly Character[] = SEEDED_CHARACTERS.map((fields, index) => ({
  id: index + 1,
  ...fields,
}));

const optionsOf = (alphabet: Alphabet, set: SetFilter = 'all'): OptionKana[] =>
  charactersOfSet(CATALOGUE, set).map((character) => ({ ...character, text: character[alphabet] }));

const find = (pool: readonly OptionKana[], text: string): OptionKana => {
  const found = pool.find((option) => option.text === text);
  if (!found) throw new Error(`${text} is not in the pool`);
  return found;
};

/** All options that 300 draws give. */
const drawn = (
  text: string,
  { alphabet = 'hiragana', set = 'all', testType = 'reading' }: Partial<Drawing> = {},
) => {
  const pool = optionsOf(alphabet, set);
  const right = find(pool, text);
  const random = seededRandom(1);
  const draws = Array.from({ length: 300 }, () => wrongOptions(right, pool, testType, random));
  return [...new Set(draws.flat())].sort();
};

interface Drawing {
  readonly alphabet: Alphabet;
  readonly set: SetFilter;
  readonly testType: TestType;
}

const sorted = (kana: string) => kana.split(' ').sort();

describe('the pool', () => {
  test('じ and ぢ, ず and づ are never offered for each other, as they are read alike', () => {
    expect(drawn('じ', { set: 'voiced' })).not.toContain('ぢ');
    expect(drawn('ぢ', { set: 'voiced' })).not.toContain('じ');
    expect(drawn('ヅ', { alphabet: 'katakana' })).not.toContain('ズ');
  });

  test('お and を exclude each other where they are heard, and only there', () => {
    // With only these two, and さ to have a third, を is the one that is left out.
    const pool = optionsOf('hiragana').filter(({ text }) => 'おをさ'.includes(text));
    const options = (testType: TestType) =>
      wrongOptions(find(pool, 'お'), pool, testType, seededRandom(1)).sort();
    expect(options('listening')).toEqual(['さ']);
    expect(options('reading')).toEqual(['さ', 'を']);
    const katakana = optionsOf('katakana').filter(({ text }) => 'オヲ'.includes(text));
    expect(wrongOptions(find(katakana, 'ヲ'), katakana, 'listening', seededRandom(1))).toEqual([]);
  });

  test('a reading shared in either language excludes', () => {
    const pool = [
      { id: 1, text: 'あ', consonant: '', vowel: 'a', englishReading: 'a', russianReading: 'а' },
      { id: 2, text: 'い', consonant: '', vowel: 'i', englishReading: 'a', russianReading: 'и' },
      { id: 3, text: 'う', consonant: '', vowel: 'u', englishReading: 'u', russianReading: 'а' },
    ];
    const [right] = pool;
    expect(right && wrongOptions(right, pool, 'reading', seededRandom(1))).toEqual([]);
  });
});

describe('the tiers', () => {
  test.each([
    // More than two look-alikes: only these.
    ['ば', sorted('は ぱ ぼ げ'), { set: 'all' }],
    ['さ', sorted('き ざ ち ら'), {}],
    ['き', sorted('ぎ さ ち ら'), {}],
    ['ツ', sorted('ヅ シ ソ ノ ン'), { alphabet: 'katakana' }],
    ['きゃ', sorted('きゅ きょ ちゃ ぎゃ'), {}],
    // は and ほ are not in the set.
    ['ぱ', sorted('ば ぽ'), { set: 'voiced' }],
  ] as const)('%s is offered with %s', (text, expected, drawing: Partial<Drawing>) => {
    expect(drawn(text, drawing)).toEqual(expected);
  });

  test('two look-alikes are both taken, before any of the same row', () => {
    expect(drawn('ふ', { set: 'basic' })).toEqual(sorted('ひ み'));
  });

  test('one look-alike is kept and the other place filled from row and column', () => {
    const pool = optionsOf('hiragana', 'basic');
    const random = seededRandom(3);
    // る and ろ look alike; without ら and る, ろ has no other.
    const few = pool.filter(({ text }) => !'ら'.includes(text));
    const right = find(few, 'ろ');
    const seen = new Set<string>();
    for (let draw = 0; draw < 500; draw++) {
      const options = wrongOptions(right, few, 'reading', random);
      expect(options).toContain('る');
      for (const option of options) seen.add(option);
    }
    const tier2 = few.filter(
      ({ id, consonant, vowel }) => id !== right.id && (consonant === 'r' || vowel === 'o'),
    );
    expect([...seen].sort()).toEqual([...new Set(['る', ...tier2.map(({ text }) => text)])].sort());
  });

  test('the rest fills up when neither shape nor row nor column gives two', () => {
    const pool = optionsOf('hiragana').filter(({ text }) => 'かしすは'.includes(text));
    // か: は shares its vowel, し and す share nothing; かやせ holds none of them.
    const random = seededRandom(5);
    for (let draw = 0; draw < 100; draw++) {
      const options = wrongOptions(find(pool, 'か'), pool, 'reading', random);
      expect(options).toContain('は');
      expect(options.filter((text) => 'しす'.includes(text))).toHaveLength(1);
    }
  });

  test('ん has the empty consonant in common with the vowels', () => {
    const pool = optionsOf('hiragana', 'basic').filter(({ text }) => !'えそて'.includes(text));
    const seen = new Set<string>();
    const random = seededRandom(2);
    for (let draw = 0; draw < 300; draw++)
      for (const option of wrongOptions(find(pool, 'ん'), pool, 'reading', random)) seen.add(option);
    expect([...seen].sort()).toEqual(sorted('あ い う お'));
  });
});

/** The options that may be offered for the right one, and those of them that look like it. */
const allowedOptions = (right: OptionKana, pool: readonly OptionKana[], testType: TestType) => {
  const heardAlike = (text: string) =>
    testType === 'listening' &&
    ['おを', 'オヲ'].some((pair) => pair.includes(right.text) && pair.includes(text));
  const allowed = pool.filter(
    (option) =>
      option.id !== right.id &&
      option.englishReading !== right.englishReading &&
      option.russianReading !== right.russianReading &&
      !heardAlike(option.text),
  );
  const alike = allowed.filter(({ text }) => lookAlike(text, right.text));
  return { allowed: new Set(allowed.map(({ text }) => text)), alike: new Set(alike.map(({ text }) => text)) };
};

test('100,000 draws over the catalogue: two options, different, neither right nor read alike, hardest first', {
  timeout: 60_000,
}, () => {
  const random = seededRandom(20_260_302);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  const sets: readonly SetFilter[] = [...KANA_SETS, 'all'];
  const questions = ALPHABETS.flatMap((alphabet) =>
    sets.flatMap((set) => {
      const pool = optionsOf(alphabet, set);
      return TEST_TYPES.flatMap((testType) =>
        pool.map((right) => ({ right, pool, testType, ...allowedOptions(right, pool, testType) })),
      );
    }),
  );
  for (let draw = 0; draw < 100_000; draw++) {
    const { right, pool, testType, allowed, alike } = pick(questions);
    const options = wrongOptions(right, pool, testType, random);
    const lookingAlike = options.filter((option) => alike.has(option)).length;
    const promised =
      new Set(options).size === 2 &&
      options.every((option) => allowed.has(option)) &&
      lookingAlike === Math.min(2, alike.size);
    if (!promised) expect.fail(`draw ${draw}: ${right.text} with ${options}`);
  }
});

test('inside a tier every option is equally likely, in either place', { timeout: 60_000 }, () => {
  const pool = optionsOf('hiragana');
  const right = find(pool, 'き');
  const random = seededRandom(11);
  const draws = 20_000;
  const first = new Map<string, number>();
  const any = new Map<string, number>();
  for (let draw = 0; draw < draws; draw++) {
    const options = wrongOptions(right, pool, 'reading', random);
    first.set(options[0] ?? '', (first.get(options[0] ?? '') ?? 0) + 1);
    for (const option of options) any.set(option, (any.get(option) ?? 0) + 1);
  }
  expect([...any.keys()].sort()).toEqual(sorted('ぎ さ ち ら'));
  for (const seen of any.values()) expect(Math.abs(seen / draws - 0.5)).toBeLessThan(0.014);
  for (const seen of first.values()) expect(Math.abs(seen / draws - 0.25)).toBeLessThan(0.014);
});

test('a small pool gives what it has, never the right one', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.integer({ min: 0, max: 103 }), { minLength: 1, maxLength: 5 }),
      fc.constantFrom(...TEST_TYPES),
      fc.integer(),
      (indexes, testType, seed) => {
        const all = optionsOf('hiragana');
        const pool = indexes.flatMap((index) => all[index] ?? []);
        const [right] = pool;
        if (!right) return;
        const options = wrongOptions(right, pool, testType, seededRandom(seed));
        expect(new Set(options).size).toBe(options.length);
        expect(options).not.toContain(right.text);
        expect(options.length).toBeLessThanOrEqual(Math.min(2, pool.length - 1));
        if (pool.length >= 5) expect(options).toHaveLength(2);
      },
    ),
  );
});
