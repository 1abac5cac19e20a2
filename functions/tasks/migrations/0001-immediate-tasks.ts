import { type Kysely, sql } from 'kysely';
import { BUILT_IN_TEMPLATES } from './built-in-templates.ts';

/** Mail templates with the built-in ones, immediate tasks and their attempts; not breaking. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  await sql`
    CREATE TABLE email_templates (
      id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
      slug VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      subject_template VARCHAR(255) NOT NULL,
      body_template TEXT NOT NULL,
      is_sensitive TINYINT(1) NOT NULL DEFAULT 1,
      built_in TINYINT(1) NOT NULL DEFAULT 0,
      created_at DATETIME(3) NOT NULL,
      updated_at DATETIME(3) NOT NULL,
      CONSTRAINT uq_email_templates_slug UNIQUE (slug)
    ) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`.execute(db);
  await sql`
    CREATE TABLE immediate_tasks (
      id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
      user_id INT UNSIGNED NOT NULL DEFAULT 0,
      template_id INT UNSIGNED NULL,
      content TEXT NOT NULL,
      is_sensitive TINYINT(1) NOT NULL DEFAULT 1,
      content_redacted TINYINT(1) NOT NULL DEFAULT 0,
      status ENUM('Enqueued','Completed','Failed') NOT NULL DEFAULT 'Enqueued',
      round_no INT UNSIGNED NOT NULL DEFAULT 1,
      attempts SMALLINT UNSIGNED NOT NULL DEFAULT 0,
      next_attempt_at DATETIME(3) NULL,
      lease_token CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
      lease_until DATETIME(3) NULL,
      error TEXT NULL,
      completed_at DATETIME(3) NULL,
      created_at DATETIME(3) NOT NULL,
      updated_at DATETIME(3) NOT NULL,
      CONSTRAINT fk_immediate_tasks_template FOREIGN KEY (template_id)
        REFERENCES email_templates (id) ON DELETE SET NULL,
      INDEX ix_immediate_tasks_due (status, next_attempt_at, id),
      INDEX ix_immediate_tasks_completed (status, completed_at),
      INDEX ix_immediate_tasks_status (status, created_at, id),
      INDEX ix_immediate_tasks_user (user_id, created_at, id),
      INDEX ix_immediate_tasks_template (template_id, status, id),
      INDEX ix_immediate_tasks_created (created_at, id)
    ) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`.execute(db);
  await sql`
    CREATE TABLE task_attempts (
      id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
      task_id BIGINT UNSIGNED NOT NULL,
      round_no INT UNSIGNED NOT NULL,
      attempt SMALLINT UNSIGNED NOT NULL,
      started_at DATETIME(3) NOT NULL,
      finished_at DATETIME(3) NULL,
      outcome ENUM('Completed','Failed','Interrupted') NULL,
      error TEXT NULL,
      CONSTRAINT uq_task_attempts UNIQUE (task_id, round_no, attempt),
      CONSTRAINT fk_task_attempts_task FOREIGN KEY (task_id) REFERENCES immediate_tasks (id) ON DELETE CASCADE
    ) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`.execute(db);
  for (const { slug, sensitive, subject, body } of BUILT_IN_TEMPLATES) {
    await sql`
      INSERT INTO email_templates
        (slug, subject_template, body_template, is_sensitive, built_in, created_at, updated_at)
      VALUES (${slug}, ${subject}, ${body}, ${sensitive}, 1, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3))
      ON DUPLICATE KEY UPDATE slug = email_templates.slug`.execute(db);
  }
};
