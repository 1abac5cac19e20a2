import { hasKana } from '#shared/text/kana.ts';
import type { SeedRow } from '../seeded-words.ts';

type Column = keyof SeedRow;

/** Longest text of a column, in code points. */
const MAXIMUM_LENGTHS: Partial<Readonly<Record<Column, number>>> = {
  word: 40,
  phoneticClues: 60,
  russianTranslation: 60,
  englishTranslation: 60,
  germanTranslation: 60,
  example: 255,
  exampleRussianTranslation: 255,
  exampleEnglishTranslation: 255,
  exampleGermanTranslation: 255,
  wordFurigana: 200,
  exampleFurigana: 600,
};
/** What may stay empty: a text that is kana already needs no furigana. */
const OPTIONAL: readonly Column[] = ['wordFurigana', 'exampleFurigana'];

const PERIODS: Partial<Readonly<Record<Column, string>>> = {
  easyPeriod: '7',
  normalPeriod: '4',
  hardPeriod: '2',
  extraHardPeriod: '1',
};

const PARTS_OF_SPEECH = new Set([
  'noun',
  'pronoun',
  'verb',
  'i-adjective',
  'na-adjective',
  'adverb',
  'number',
  'counter',
  'particle',
  'conjunction',
  'interjection',
  'expression',
]);
const MAXIMUM_TAGS = 20;
const MAXIMUM_TAG_LENGTH = 30;

const CYRILLIC = /\p{Script=Cyrillic}/u;
const LATIN = /\p{Script=Latin}/u;
const CONTROL = /\p{Cc}/u;
const EDGE_SPACE = /^\p{White_Space}|\p{White_Space}$/u;
/** Answers are split at these signs, so inside parentheses they would cut an expected answer in two. */
const SEPARATOR_IN_PARENTHESES = /\([^)]*[,;]/;

const textIssues = (column: Column, text: string): string[] => {
  if (text === '') return OPTIONAL.includes(column) ? [] : [`${column} is empty`];
  const faults: string[] = [];
  const length = [...text].length;
  if (length > (MAXIMUM_LENGTHS[column] ?? length)) faults.push(`${column} has ${length} characters`);
  if (CONTROL.test(text)) faults.push(`${column} holds a control character`);
  if (EDGE_SPACE.test(text)) faults.push(`${column} begins or ends with a space`);
  if (text !== text.normalize('NFC')) faults.push(`${column} is not NFC`);
  return faults;
};

const scriptIssues = (column: Column, text: string): string[] => {
  const isRussian = column === 'russianTranslation' || column === 'exampleRussianTranslation';
  const isOther = !isRussian && column.endsWith('Translation');
  const faults: string[] = [];
  if (isRussian && !CYRILLIC.test(text)) faults.push(`${column} has no Cyrillic letter`);
  if (isOther && !LATIN.test(text)) faults.push(`${column} has no Latin letter`);
  if (isOther && CYRILLIC.test(text)) faults.push(`${column} has a Cyrillic letter`);
  if ((isRussian || isOther) && hasKana(text)) faults.push(`${column} has a kana`);
  return faults;
};

const tagIssues = (cell: string): string[] => {
  const tags = cell.split(';');
  const faults: string[] = [];
  const parts = tags.filter((tag) => PARTS_OF_SPEECH.has(tag));
  if (parts.length !== 1) faults.push(`tags name ${parts.length} parts of speech`);
  if (tags.length > MAXIMUM_TAGS) faults.push(`tags are ${tags.length}`);
  const isTag = (tag: string) => /^[^,;]+$/.test(tag) && [...tag].length <= MAXIMUM_TAG_LENGTH;
  if (!tags.every(isTag)) faults.push('tags hold one that is empty, too long or has a comma');
  if (cell !== [...new Set(tags)].sort().join(';'))
    faults.push('tags are repeated or not in ascending order');
  return faults;
};

/** What is wrong with single cells of a row: bounds, scripts, periods, tags. */
export const cellIssues = (row: SeedRow): string[] => {
  const cells = Object.entries(row) as [Column, string][];
  return [
    ...cells.flatMap(([column, text]) => [...textIssues(column, text), ...scriptIssues(column, text)]),
    ...cells
      .filter(([column, text]) => column.endsWith('Translation') && SEPARATOR_IN_PARENTHESES.test(text))
      .filter(([column]) => !column.startsWith('example'))
      .map(([column]) => `${column} has a comma or semicolon inside parentheses`),
    ...cells
      .filter(([column, text]) => text !== (PERIODS[column] ?? text))
      .map(([column]) => `${column} is not ${PERIODS[column]}`),
    ...(row.level === 'N5' || row.level === 'N4' ? [] : ['level is neither N5 nor N4']),
    ...(/^[1-9][0-9]*$/.test(row.position) ? [] : ['position is no number from 1 on']),
    ...tagIssues(row.tags),
  ];
};
