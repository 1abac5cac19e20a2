import { type Kysely, sql } from 'kysely';

/** Requests for a mail with a link, whether or not an account has the address; not breaking. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  await sql`
  CREATE TABLE mail_requests (
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    kind VARCHAR(32) NOT NULL,
    email VARCHAR(100) NOT NULL,
    done_at DATETIME(3) NULL,
    created_at DATETIME(3) NOT NULL,
    CONSTRAINT ck_mail_requests_kind CHECK (kind IN ('resend_verification', 'forgot_password')),
    INDEX ix_mail_requests_done (done_at, id),
    INDEX ix_mail_requests_email (email)
  ) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`.execute(db);
};
