import { type RawBuilder, sql } from 'kysely';
import type { Queryable } from './database.ts';

/** The present time; MariaDB's clock is the only one that decides when a task is due. */
export const now: RawBuilder<Date> = sql<Date>`UTC_TIMESTAMP(3)`;

/** MariaDB's present time as a Date, for rules that calculate with it. */
export const readClock = async (db: Queryable): Promise<Date> => {
  const { rows } = await sql<{ now: Date }>`SELECT ${now} AS now`.execute(db);
  const [row] = rows;
  if (!row) throw new TypeError('the database told no time');
  return row.now;
};
