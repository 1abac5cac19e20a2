import type { Insertable, Updateable } from 'kysely';
import type { Queryable, Transaction } from '#shared/database/database.ts';
import { mapConstraint } from '#shared/database/errors.ts';
import type { Tables } from '#shared/database/tables.ts';
import type { Character, CharacterFields } from '../rules/character.ts';

type Row = Omit<Character, 'audioMediaId'> & { readonly audioMediaId: string | null };

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

/** A row as a character. */
export const toCharacter = ({ audioMediaId, ...row }: Row): Character => ({
  ...row,
  ...(audioMediaId === null ? {} : { audioMediaId }),
});

/** In the sequence of the unique keys, which is the one in which the database reports them. */
const refusingTaken = mapConstraint({
  uq_characters_consonant_vowel: { code: 'consonant_vowel_taken', field: 'consonant' },
  uq_characters_hiragana: { code: 'hiragana_taken', field: 'hiragana' },
  uq_characters_katakana: { code: 'katakana_taken', field: 'katakana' },
});

/** What is written to a row: fields that are undefined stay, `audioMediaId: null` takes the sound away. */
export type CharacterColumns = { readonly [K in keyof CharacterFields]?: CharacterFields[K] | undefined } & {
  readonly audioMediaId?: string | null;
};

const toColumns = (change: CharacterColumns): Updateable<Tables['characters']> =>
  Object.fromEntries(
    Object.entries({
      consonant: change.consonant,
      vowel: change.vowel,
      kana_set: change.set,
      hiragana: change.hiragana,
      katakana: change.katakana,
      english_reading: change.englishReading,
      russian_reading: change.russianReading,
      audio_media_id: change.audioMediaId,
    }).filter(([, value]) => value !== undefined),
  );

/** The rows of all characters, for {@link toCharacter}. */
export const characterRows = (db: Queryable) => db.selectFrom('characters').select(COLUMNS);

/** All characters by ascending id. */
export const listCharacters = async (db: Queryable): Promise<Character[]> => {
  const rows = await characterRows(db).orderBy('id').execute();
  return rows.map(toCharacter);
};

/** The character with this id. */
export const findCharacter = async (db: Queryable, id: number): Promise<Character | undefined> => {
  const row = await characterRows(db).where('id', '=', id).executeTakeFirst();
  return row && toCharacter(row);
};

/** {@link findCharacter}, with a lock on the row until the transaction ends. */
export const lockCharacter = async (tx: Transaction, id: number): Promise<Character | undefined> => {
  const row = await characterRows(tx).where('id', '=', id).forUpdate().executeTakeFirst();
  return row && toCharacter(row);
};

/** A character to insert, with an id where it must be a certain one. */
export interface NewCharacter extends CharacterFields {
  readonly id?: number;
  readonly audioMediaId?: string;
}

/**
 * Inserts a character and returns its id.
 * @throws AppError `consonant_vowel_taken`, `hiragana_taken`, `katakana_taken`
 */
export const insertCharacter = async (db: Queryable, character: NewCharacter, now: Date): Promise<number> => {
  const { id } = character;
  const row = { ...toColumns(character), created_at: now, updated_at: now } as Insertable<
    Tables['characters']
  >;
  const { insertId } = await db
    .insertInto('characters')
    .values({ ...row, ...(id === undefined ? {} : { id }) })
    .executeTakeFirstOrThrow()
    .catch(refusingTaken);
  return id ?? Number(insertId);
};

/**
 * Writes the given fields.
 * @throws AppError `consonant_vowel_taken`, `hiragana_taken`, `katakana_taken`
 */
export const saveCharacter = async (
  tx: Transaction,
  id: number,
  change: CharacterColumns,
  now: Date,
): Promise<void> => {
  await tx
    .updateTable('characters')
    .set({ ...toColumns(change), updated_at: now })
    .where('id', '=', id)
    .execute()
    .catch(refusingTaken);
};

/** Deletes a character; the skills of all users in it go with it. */
export const deleteCharacterRow = async (tx: Transaction, id: number): Promise<void> => {
  await tx.deleteFrom('characters').where('id', '=', id).execute();
};
