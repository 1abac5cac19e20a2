import { sql } from 'kysely';
import type { Queryable } from '#shared/database/database.ts';
import '../../tables.ts';

/** Which of the ids are stored; none of these can be deleted until the transaction ends. */
export const holdCharacters = async (db: Queryable, ids: readonly number[]): Promise<Set<number>> => {
  const rows = await db
    .selectFrom('characters')
    .select('id')
    .where('id', 'in', ids)
    // MariaDB has no FOR SHARE.
    .modifyEnd(sql`LOCK IN SHARE MODE`)
    .execute();
  return new Set(rows.map(({ id }) => id));
};
