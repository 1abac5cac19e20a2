import { type Kysely, sql } from 'kysely';

/** Ended sessions whose rows are gone while their access tokens may still be valid; not breaking. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  await sql`
  CREATE TABLE removed_sessions (
    session_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
    created_at DATETIME(3) NOT NULL,
    INDEX ix_removed_sessions_created (created_at)
  ) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`.execute(db);
};
