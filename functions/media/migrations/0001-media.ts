import { type Kysely, type RawBuilder, sql } from 'kysely';

const TYPES = sql.raw(
  "'character', 'word', 'word_example', 'lesson_audio', 'lesson_video', 'lesson_doc', 'avatar'",
);

const MEDIA_OBJECTS = sql`
  CREATE TABLE media_objects (
    sha256 CHAR(64) NOT NULL PRIMARY KEY,
    size BIGINT UNSIGNED NOT NULL,
    content_type VARCHAR(100) NOT NULL,
    ref_count INT UNSIGNED NOT NULL,
    missing_since DATETIME(3) NULL,
    created_at DATETIME(3) NOT NULL,
    CONSTRAINT ck_media_objects_size CHECK (size > 0),
    INDEX ix_media_objects_refs (ref_count, created_at)
  ) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin`;

const MEDIA = sql`
  CREATE TABLE media (
    id VARCHAR(48) NOT NULL PRIMARY KEY,
    type VARCHAR(20) NOT NULL,
    sha256 CHAR(64) NOT NULL,
    original_name VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
    owner_user_id INT UNSIGNED NULL,
    attached_at DATETIME(3) NULL,
    created_at DATETIME(3) NOT NULL,
    CONSTRAINT ck_media_type CHECK (type IN (${TYPES})),
    CONSTRAINT fk_media_object FOREIGN KEY (sha256) REFERENCES media_objects (sha256) ON DELETE RESTRICT,
    INDEX ix_media_sha256 (sha256),
    INDEX ix_media_attached (attached_at, created_at),
    INDEX ix_media_owner (owner_user_id, created_at)
  ) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin`;

const MEDIA_UPLOADS = sql`
  CREATE TABLE media_uploads (
    id CHAR(36) NOT NULL PRIMARY KEY,
    media_type VARCHAR(20) NOT NULL,
    size BIGINT UNSIGNED NOT NULL,
    expected_sha256 CHAR(64) NULL,
    original_name VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    by_service BOOLEAN NOT NULL,
    owner_user_id INT UNSIGNED NULL,
    status ENUM('open', 'completing', 'completed', 'expired') NOT NULL,
    lease_until DATETIME(3) NULL,
    media_id VARCHAR(48) NULL,
    expires_at DATETIME(3) NOT NULL,
    created_at DATETIME(3) NOT NULL,
    CONSTRAINT ck_media_uploads_type CHECK (media_type IN (${TYPES})),
    CONSTRAINT ck_media_uploads_size CHECK (size > 0),
    CONSTRAINT uq_media_uploads_media UNIQUE (media_id),
    CONSTRAINT fk_media_uploads_media FOREIGN KEY (media_id) REFERENCES media (id) ON DELETE SET NULL,
    INDEX ix_media_uploads_status (status, expires_at),
    INDEX ix_media_uploads_owner (owner_user_id)
  ) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin`;

const TABLES: readonly RawBuilder<unknown>[] = [MEDIA_OBJECTS, MEDIA, MEDIA_UPLOADS];

/** Objects, media and uploads; not breaking. The keys to `users` come with auth/0002, which creates users first. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  for (const table of TABLES) await table.execute(db);
};
