import { type RawBuilder, type SqlBool, sql } from 'kysely';

/** Whether a text column holds the literal text, letter case ignored and nothing else: not accents, not widths. */
export const contains = (column: RawBuilder<unknown>, text: string): RawBuilder<SqlBool> =>
  sql<SqlBool>`LOCATE(LOWER(${text}), LOWER(CONVERT(${column} USING utf8mb4)) COLLATE utf8mb4_bin) > 0`;
