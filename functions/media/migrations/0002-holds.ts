import { type Kysely, sql } from 'kysely';

const REMOVING = sql`ALTER TABLE media_objects ADD COLUMN removing_until DATETIME(3) NULL AFTER missing_since`;

const HOLDS = sql`
  CREATE TABLE media_object_holds (
    id CHAR(36) NOT NULL PRIMARY KEY,
    sha256 CHAR(64) NOT NULL,
    held_until DATETIME(3) NOT NULL,
    created_at DATETIME(3) NOT NULL,
    CONSTRAINT fk_media_object_holds_object FOREIGN KEY (sha256) REFERENCES media_objects (sha256) ON DELETE CASCADE,
    INDEX ix_media_object_holds (sha256, held_until)
  ) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin`;

const SWEEP_LEASE = sql`
  CREATE TABLE media_sweep_lease (
    id TINYINT UNSIGNED NOT NULL PRIMARY KEY,
    token CHAR(36) NULL,
    lease_until DATETIME(3) NOT NULL,
    created_at DATETIME(3) NOT NULL,
    CONSTRAINT ck_media_sweep_lease CHECK (id = 1)
  ) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin`;

const FREE = sql`INSERT INTO media_sweep_lease (id, token, lease_until, created_at)
  VALUES (1, NULL, '2000-01-01', UTC_TIMESTAMP(3))`;

/**
 * Leases in rows, so that nothing waits for the store while it holds a lock: who removes an object, who is about
 * to refer to one, who sweeps. Not breaking.
 */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  for (const statement of [REMOVING, HOLDS, SWEEP_LEASE, FREE]) await statement.execute(db);
};
