import type { Database } from '#shared/database/database.ts';
import type { Character } from '../rules/character.ts';

const COLUMNS = [
  'id',
  'consonant',
  'vowel',
  'kana_set as set',
  'hiragana',
  'katakana',
  'english_reading as englishReading',
  'russian_reading as russianReading',
  'audio_media_id as audioMediaId',
] as const;

/** A row with its NULL left out. */
const toCharacter = <R extends { audioMediaId: string | null }>({ audioMediaId, ...row }: R) => ({
  ...row,
  ...(audioMediaId === null ? {} : { audioMediaId }),
});

/** All characters by ascending id. */
export const listCharacters = async (db: Database): Promise<Character[]> => {
  const rows = await db.selectFrom('characters').select(COLUMNS).orderBy('id').execute();
  return rows.map(toCharacter);
};
