/** The two scripts, in the sequence of the database's ENUM. */
export const ALPHABETS = ['hiragana', 'katakana'] as const;
/** What a test asks for, in the sequence of the database's ENUM. */
export const TEST_TYPES = ['reading', 'writing', 'listening'] as const;
/** The sets in catalogue order. */
export const KANA_SETS = ['basic', 'voiced', 'digraph'] as const;

/** One of {@link ALPHABETS}. */
export type Alphabet = (typeof ALPHABETS)[number];
/** One of {@link TEST_TYPES}. */
export type TestType = (typeof TEST_TYPES)[number];
/** One of {@link KANA_SETS}. */
export type KanaSet = (typeof KANA_SETS)[number];

/** What an administrator may say of a character. */
export interface CharacterFields {
  /** `''` for the vowels and ん. */
  readonly consonant: string;
  readonly vowel: string;
  readonly set: KanaSet;
  readonly hiragana: string;
  readonly katakana: string;
  /** Hepburn. */
  readonly englishReading: string;
  /** Polivanov. */
  readonly russianReading: string;
}

/** A stored character; `audioMediaId` is absent without a sound. */
export interface Character extends CharacterFields {
  readonly id: number;
  readonly audioMediaId?: string;
}

/** Languages of readings: Hepburn for `en` and `de`, Polivanov for `ru`. */
export type ReadingLocale = 'en' | 'ru' | 'de';

/** The reading of a character in a language. */
export const readingOf = (character: Character, locale: ReadingLocale): string =>
  locale === 'ru' ? character.russianReading : character.englishReading;
