/** The two scripts that are learned, in the sequence of documents and exports. */
export const ALPHABETS = ['hiragana', 'katakana'] as const;
/** One of {@link ALPHABETS}. */
export type Alphabet = (typeof ALPHABETS)[number];

/** What is tested of a character, in the sequence of documents and exports. */
export const TEST_TYPES = ['reading', 'writing', 'listening'] as const;
/** One of {@link TEST_TYPES}. */
export type TestType = (typeof TEST_TYPES)[number];
