import { type RawBuilder, sql } from 'kysely';

/** The present time; MariaDB's clock is the only one that decides when a task is due. */
export const now: RawBuilder<Date> = sql<Date>`UTC_TIMESTAMP(3)`;
