import { katakanaToHiragana } from '#shared/text/kana.ts';
import type { SeedRow } from '../seeded-words.ts';

const MINIMUM_WORDS = 480;
const MAXIMUM_WORDS = 600;
const MINIMUM_OF_LEVEL = { N5: 300, N4: 150 };
/** Words that other parts of the product count on. */
const NEEDED_READINGS = ['あお', 'いえ', 'うえ', 'かお', 'いけ'];
/** Two words alike in one of these could not be told apart by who is asked for them. */
const DIFFERENT = [
  'russianTranslation',
  'englishTranslation',
  'germanTranslation',
  'example',
  'exampleRussianTranslation',
  'exampleEnglishTranslation',
  'exampleGermanTranslation',
] as const;

const repeatsOf = (rows: readonly SeedRow[], what: string, keyOf: (row: SeedRow) => string): string[] => {
  const first = new Map<string, SeedRow>();
  return rows.flatMap((row) => {
    const key = keyOf(row);
    const earlier = first.get(key);
    first.set(key, earlier ?? row);
    return earlier ? [`${row.word}: ${what} as in ${earlier.word} (${earlier.phoneticClues})`] : [];
  });
};

const levelIssues = (rows: readonly SeedRow[], level: 'N5' | 'N4'): string[] => {
  const positions = rows.filter((row) => row.level === level).map(({ position }) => Number(position));
  const faults: string[] = [];
  if (positions.length < MINIMUM_OF_LEVEL[level]) faults.push(`${level} has ${positions.length} words`);
  const gap = positions.toSorted((a, b) => a - b).findIndex((position, index) => position !== index + 1);
  if (gap !== -1) faults.push(`${level} has a gap or repeat at position ${gap + 1}`);
  return faults;
};

/** What is wrong with the rows as a whole: their number, order and repeats. */
export const listIssues = (rows: readonly SeedRow[]): string[] => {
  const readings = new Set(rows.map(({ phoneticClues }) => katakanaToHiragana(phoneticClues)));
  return [
    ...(rows.length < MINIMUM_WORDS || rows.length > MAXIMUM_WORDS ? [`${rows.length} words`] : []),
    ...levelIssues(rows, 'N5'),
    ...levelIssues(rows, 'N4'),
    ...NEEDED_READINGS.filter((reading) => !readings.has(reading)).map(
      (reading) => `no word reads ${reading}`,
    ),
    ...repeatsOf(rows, 'word and phoneticClues', (row) => `${row.word} ${row.phoneticClues}`),
    ...DIFFERENT.flatMap((column) => repeatsOf(rows, column, (row) => row[column].toLowerCase())),
  ];
};
