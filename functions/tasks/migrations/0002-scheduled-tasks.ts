import { type Kysely, sql } from 'kysely';

/** Scheduled tasks, their runs and the logs of the runs' attempts; not breaking. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  await sql`
    CREATE TABLE scheduled_tasks (
      id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
      user_id INT UNSIGNED NULL,
      user_key INT UNSIGNED AS (IFNULL(user_id, 0)) STORED,
      template_id INT UNSIGNED NULL,
      url VARCHAR(500) NULL,
      method ENUM('GET','POST') NOT NULL DEFAULT 'GET',
      content TEXT NOT NULL,
      cron VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      timezone VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'UTC',
      active TINYINT(1) NOT NULL DEFAULT 1,
      catch_up ENUM('skip','last') NOT NULL DEFAULT 'last',
      next_run DATETIME(3) NOT NULL,
      previous_run DATETIME(3) NULL,
      created_at DATETIME(3) NOT NULL,
      updated_at DATETIME(3) NOT NULL,
      CONSTRAINT uq_scheduled_tasks_user_url UNIQUE (user_key, url),
      CONSTRAINT fk_scheduled_tasks_template FOREIGN KEY (template_id)
        REFERENCES email_templates (id) ON DELETE SET NULL,
      INDEX ix_scheduled_tasks_due (active, next_run, id),
      INDEX ix_scheduled_tasks_user (user_id, created_at, id),
      INDEX ix_scheduled_tasks_template (template_id, active),
      INDEX ix_scheduled_tasks_created (created_at, id)
    ) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`.execute(db);
  await sql`
    CREATE TABLE scheduled_task_runs (
      id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
      task_id INT UNSIGNED NOT NULL,
      trigger_kind ENUM('schedule','manual') NOT NULL,
      due_at DATETIME(3) NULL,
      status ENUM('Pending','Completed','Failed','Skipped') NOT NULL DEFAULT 'Pending',
      attempts SMALLINT UNSIGNED NOT NULL DEFAULT 0,
      next_attempt_at DATETIME(3) NULL,
      lease_token CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
      lease_until DATETIME(3) NULL,
      webhook_done_at DATETIME(3) NULL,
      mail_done_at DATETIME(3) NULL,
      error TEXT NULL,
      created_at DATETIME(3) NOT NULL,
      started_at DATETIME(3) NULL,
      finished_at DATETIME(3) NULL,
      CONSTRAINT uq_scheduled_task_runs_due UNIQUE (task_id, due_at),
      CONSTRAINT fk_scheduled_task_runs_task FOREIGN KEY (task_id)
        REFERENCES scheduled_tasks (id) ON DELETE CASCADE,
      INDEX ix_scheduled_task_runs_due (status, next_attempt_at, id),
      INDEX ix_scheduled_task_runs_task (task_id, status, due_at),
      INDEX ix_scheduled_task_runs_finished (status, finished_at),
      INDEX ix_scheduled_task_runs_started (started_at)
    ) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`.execute(db);
  await sql`
    CREATE TABLE scheduled_task_logs (
      id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
      task_id INT UNSIGNED NULL,
      job_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      attempt SMALLINT UNSIGNED NOT NULL,
      status ENUM('Completed','Failed') NOT NULL,
      http_status SMALLINT UNSIGNED NULL,
      error TEXT NULL,
      response TEXT NULL,
      created_at DATETIME(3) NOT NULL,
      CONSTRAINT uq_scheduled_task_logs_job UNIQUE (job_id, attempt),
      CONSTRAINT fk_scheduled_task_logs_task FOREIGN KEY (task_id)
        REFERENCES scheduled_tasks (id) ON DELETE SET NULL,
      INDEX ix_scheduled_task_logs_task (task_id, created_at, id),
      INDEX ix_scheduled_task_logs_status (status, created_at, id),
      INDEX ix_scheduled_task_logs_created (created_at, id)
    ) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`.execute(db);
};
