import { type Kysely, sql } from 'kysely';

/** Stored answers of requests with an `Idempotency-Key`; not breaking. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  await sql`
    CREATE TABLE idempotency_records (
      id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
      caller VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      idempotency_key VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      payload_hash BINARY(32) NOT NULL,
      status SMALLINT UNSIGNED NOT NULL,
      headers TEXT NOT NULL,
      body MEDIUMTEXT NOT NULL,
      created_at DATETIME(3) NOT NULL,
      CONSTRAINT uq_idempotency_records_key UNIQUE (caller, idempotency_key),
      INDEX ix_idempotency_records_created (created_at)
    ) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`.execute(db);
};
