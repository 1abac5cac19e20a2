import { sql } from 'kysely';
import type { Database } from '#shared/database/database.ts';
import type { Character } from '../rules/character.ts';
import { characterRows, toCharacter } from './characters.ts';

/** All that an answer could show of a row, and when it was written. */
const ROW = sql`CONCAT_WS('|', id, consonant, vowel, kana_set, hiragana, katakana, english_reading,
  russian_reading, IFNULL(audio_media_id, ''), updated_at)`;

interface Digest {
  readonly first: number;
  readonly second: number;
}

const textOf = (rows: number, { first, second }: Digest): string => `${rows}-${first}-${second}`;

/**
 * Digest of all characters as they are now: their number and, folded over the rows, two checksums of different
 * polynomials. It needs nobody who changes a row to tell, so it also sees what a foreign key sets to NULL.
 */
export const readCatalogueDigest = async (db: Database): Promise<string> => {
  const { rows } = await sql<Digest & { count: number }>`
    SELECT COUNT(*) AS count, BIT_XOR(CRC32(${ROW})) AS first, BIT_XOR(CRC32C(${ROW})) AS second
    FROM characters`.execute(db);
  const { count = 0, ...digest } = rows[0] ?? {};
  return textOf(count, { first: 0, second: 0, ...digest });
};

/** All characters by ascending id, with the digest of exactly these rows. */
export const readCatalogue = async (
  db: Database,
): Promise<{ readonly digest: string; readonly characters: readonly Character[] }> => {
  const rows = await characterRows(db)
    .select([sql<number>`CRC32(${ROW})`.as('first'), sql<number>`CRC32C(${ROW})`.as('second')])
    .orderBy('id')
    .execute();
  const folded = rows.reduce<Digest>(
    (digest, row) => ({
      first: (digest.first ^ row.first) >>> 0,
      second: (digest.second ^ row.second) >>> 0,
    }),
    { first: 0, second: 0 },
  );
  const characters = rows.map(({ first: _first, second: _second, ...row }) => toCharacter(row));
  return { digest: textOf(rows.length, folded), characters };
};
