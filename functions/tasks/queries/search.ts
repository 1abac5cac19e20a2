import { type RawBuilder, type SqlBool, sql } from 'kysely';

/** Whether a text column holds the literal text, letter case ignored. */
export const contains = (column: RawBuilder<unknown>, text: string): RawBuilder<SqlBool> =>
  sql<SqlBool>`LOCATE(LOWER(${text}), LOWER(CONVERT(${column} USING utf8mb4))) > 0`;
