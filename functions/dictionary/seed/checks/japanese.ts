import { furiganaFits } from '#shared/text/furigana.ts';
import { hasHan, hasKana, isReading } from '#shared/text/kana.ts';
import type { SeedRow } from '../seeded-words.ts';

/** The word, or without its last character, where an inflection changes it: 食べ for 食べる, 飲 for 飲む. */
const stemOf = (word: string): string => {
  const characters = [...word];
  return characters.length < 2 ? word : characters.slice(0, -1).join('');
};

/** What is wrong between the Japanese cells of a row: reading, example, furigana. */
export const japaneseIssues = (row: SeedRow): string[] => {
  const { word, phoneticClues, example, wordFurigana, exampleFurigana } = row;
  const faults: string[] = [];
  if (!isReading(phoneticClues)) faults.push('phoneticClues is not kana');
  if (!hasKana(example)) faults.push('example has no kana');
  if (!/[。？！]$/.test(example)) faults.push('example does not end in 。, ？ or ！');
  if (!example.includes(stemOf(word))) faults.push('example lacks the word');
  const translations = [
    row.exampleRussianTranslation,
    row.exampleEnglishTranslation,
    row.exampleGermanTranslation,
  ];
  if (translations.includes(example)) faults.push('a translation of the example is the example');
  if (hasHan(word) && wordFurigana === '') faults.push('wordFurigana is missing');
  if (hasHan(example) && exampleFurigana === '') faults.push('exampleFurigana is missing');
  if (!furiganaFits(wordFurigana, word, phoneticClues)) {
    faults.push('wordFurigana is not the word with its reading');
  }
  if (!furiganaFits(exampleFurigana, example))
    faults.push('exampleFurigana is not the example with readings');
  return faults;
};
