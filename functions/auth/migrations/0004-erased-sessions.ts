import { type Kysely, sql } from 'kysely';

/** Sessions of erased accounts whose access tokens may still be valid, without whose they were; not breaking. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  await sql`
  CREATE TABLE erased_sessions (
    session_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
    created_at DATETIME(3) NOT NULL,
    INDEX ix_erased_sessions_created (created_at)
  ) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`.execute(db);
};
