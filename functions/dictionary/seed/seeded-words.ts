import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'csv-parse/sync';

/** The columns of an import, in the order in which an export writes them; the seed has exactly these. */
export const SEED_COLUMNS = [
  'word',
  'phoneticClues',
  'level',
  'position',
  'tags',
  'russianTranslation',
  'englishTranslation',
  'germanTranslation',
  'example',
  'exampleRussianTranslation',
  'exampleEnglishTranslation',
  'exampleGermanTranslation',
  'easyPeriod',
  'normalPeriod',
  'hardPeriod',
  'extraHardPeriod',
  'wordFurigana',
  'exampleFurigana',
] as const;

/** A row of the seed as it stands in the file: every cell a text, `''` where the cell is empty. */
export type SeedRow = Readonly<Record<(typeof SEED_COLUMNS)[number], string>>;

const HERE = new URL('./', import.meta.url);
/** Folder of the sounds of the seeded words. */
export const SOUND_FOLDER = fileURLToPath(new URL('audio/', HERE));

/**
 * Rows of a seed file, in its order.
 * @throws Error when it is no CSV, or has other columns than {@link SEED_COLUMNS} in their order
 */
export const parseSeed = (csv: string): SeedRow[] => {
  const [header = [], ...rows] = parse(csv, { bom: true, skip_empty_lines: true });
  if (header.join() !== SEED_COLUMNS.join()) {
    throw new Error(`The columns are ${header.join()}, not ${SEED_COLUMNS.join()}.`);
  }
  return rows.map((cells) => {
    const entries = SEED_COLUMNS.map((column, index) => [column, cells[index] ?? '']);
    return Object.fromEntries(entries) as SeedRow;
  });
};

/** The words that the product ships. */
export const readSeed = (): SeedRow[] => parseSeed(readFileSync(new URL('words.csv', HERE), 'utf8'));

/** Name of the sound of a word: 食べる_たべる.ogg, これ.ogg. It follows the word when the curriculum is rearranged. */
export const soundName = ({ word, phoneticClues }: Pick<SeedRow, 'word' | 'phoneticClues'>): string =>
  word === phoneticClues ? `${word}.ogg` : `${word}_${phoneticClues}.ogg`;
