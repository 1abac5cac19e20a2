import { sql } from 'kysely';
import type { Queryable } from '#shared/database/database.ts';
import type { Character } from '../rules/character.ts';
import { characterRows, toCharacter } from './characters.ts';

/**
 * Digest of all that an answer could show of all rows, and of when they were written: the sum of 60 bits of each
 * row's MD5; NULL without rows. It needs nobody who changes a row to tell, so it also sees what a foreign key sets
 * to NULL. CRCs would not do: they are linear, so two rows that swap a value leave their sum as it was.
 */
const DIGEST = sql<string | null>`(
  SELECT SUM(CAST(CONV(LEFT(MD5(CONCAT_WS('|', id, consonant, vowel, kana_set, hiragana, katakana,
    english_reading, russian_reading, IFNULL(audio_media_id, ''), updated_at)), 15), 16, 10) AS UNSIGNED))
  FROM characters)`;
const NO_ROWS = '';

/** The digest of all characters as they are now. */
export const readCatalogueDigest = async (db: Queryable): Promise<string> => {
  const { rows } = await sql<{ digest: string | null }>`SELECT ${DIGEST} AS digest`.execute(db);
  return rows[0]?.digest ?? NO_ROWS;
};

/** All characters by ascending id, with the digest of exactly these rows: one statement sees one moment. */
export const readCatalogue = async (
  db: Queryable,
): Promise<{ readonly digest: string; readonly characters: readonly Character[] }> => {
  const rows = await characterRows(db).select(DIGEST.as('digest')).orderBy('id').execute();
  const characters = rows.map(({ digest: _digest, ...row }) => toCharacter(row));
  return { digest: rows[0]?.digest ?? NO_ROWS, characters };
};
