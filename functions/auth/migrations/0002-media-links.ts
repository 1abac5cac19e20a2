import { type Kysely, sql } from 'kysely';

const STATEMENTS = [
  // A foreign key needs the character set of the column that it names.
  sql`
  ALTER TABLE users
    MODIFY avatar_media_id VARCHAR(48) CHARACTER SET ascii COLLATE ascii_bin NULL`,
  sql`
  ALTER TABLE users
    ADD INDEX ix_users_avatar (avatar_media_id),
    ADD CONSTRAINT fk_users_avatar FOREIGN KEY (avatar_media_id) REFERENCES media (id) ON DELETE SET NULL`,
  sql`
  ALTER TABLE media
    ADD CONSTRAINT fk_media_owner FOREIGN KEY (owner_user_id) REFERENCES users (id) ON DELETE SET NULL`,
  sql`
  ALTER TABLE media_uploads
    ADD CONSTRAINT fk_media_uploads_owner FOREIGN KEY (owner_user_id) REFERENCES users (id) ON DELETE CASCADE`,
];

/** Foreign keys between accounts and media; not breaking while no avatar has been stored. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  for (const statement of STATEMENTS) await statement.execute(db);
};
