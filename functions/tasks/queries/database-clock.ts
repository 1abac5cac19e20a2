import { type RawBuilder, sql } from 'kysely';

/** The present time; MariaDB's clock is the only one that decides when a task is due. */
export const now: RawBuilder<Date> = sql<Date>`UTC_TIMESTAMP(3)`;

/** A number of milliseconds after now; up to some thousands of years. */
export const nowPlus = (milliseconds: number): RawBuilder<Date> =>
  sql<Date>`UTC_TIMESTAMP(3) + INTERVAL ${milliseconds * 1_000} MICROSECOND`;
