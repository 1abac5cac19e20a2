import { type Kysely, type RawBuilder, sql } from 'kysely';

const USERS = sql`
  CREATE TABLE users (
    id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    username VARCHAR(32) NOT NULL,
    username_key VARCHAR(64) NOT NULL,
    email VARCHAR(100) NOT NULL,
    pending_email VARCHAR(100) NULL,
    pending_email_expires_at DATETIME(3) NULL,
    password_hash VARCHAR(72) NOT NULL,
    role TINYINT UNSIGNED NOT NULL DEFAULT 1,
    avatar_media_id VARCHAR(48) NULL,
    email_verified_at DATETIME(3) NULL,
    disabled_at DATETIME(3) NULL,
    active BOOLEAN GENERATED ALWAYS AS (email_verified_at IS NOT NULL AND disabled_at IS NULL) STORED,
    created_at DATETIME(3) NOT NULL,
    updated_at DATETIME(3) NOT NULL,
    CONSTRAINT uq_users_email UNIQUE (email),
    CONSTRAINT uq_users_username_key UNIQUE (username_key),
    CONSTRAINT ck_users_role CHECK (role BETWEEN 1 AND 3),
    INDEX ix_users_role_active (role, active, username_key),
    INDEX ix_users_pending (pending_email_expires_at)
  ) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`;

const USER_SETTINGS = sql`
  CREATE TABLE user_settings (
    id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    user_id INT UNSIGNED NOT NULL,
    new_word_count TINYINT UNSIGNED NOT NULL DEFAULT 20,
    old_word_count TINYINT UNSIGNED NOT NULL DEFAULT 20,
    alphabet_learn_count TINYINT UNSIGNED NOT NULL DEFAULT 10,
    day_starts_at TINYINT UNSIGNED NOT NULL DEFAULT 4,
    language VARCHAR(2) NOT NULL DEFAULT 'en',
    alphabet_repeat VARCHAR(20) NOT NULL DEFAULT 'in question',
    time_zone VARCHAR(64) NOT NULL DEFAULT 'UTC',
    desired_retention DECIMAL(3,2) NOT NULL DEFAULT 0.90,
    created_at DATETIME(3) NOT NULL,
    updated_at DATETIME(3) NOT NULL,
    CONSTRAINT uq_user_settings_user UNIQUE (user_id),
    CONSTRAINT fk_user_settings_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT ck_user_settings_new_word_count CHECK (new_word_count BETWEEN 10 AND 40),
    CONSTRAINT ck_user_settings_old_word_count CHECK (old_word_count BETWEEN 10 AND 40),
    CONSTRAINT ck_user_settings_alphabet_learn_count CHECK (alphabet_learn_count BETWEEN 5 AND 15),
    CONSTRAINT ck_user_settings_day_starts_at CHECK (day_starts_at BETWEEN 0 AND 23),
    CONSTRAINT ck_user_settings_language CHECK (language IN ('en', 'ru', 'de')),
    CONSTRAINT ck_user_settings_alphabet_repeat CHECK (alphabet_repeat IN ('in question', 'ignore', 'repeat')),
    CONSTRAINT ck_user_settings_time_zone CHECK (CHAR_LENGTH(time_zone) BETWEEN 1 AND 64),
    CONSTRAINT ck_user_settings_desired_retention CHECK (desired_retention BETWEEN 0.80 AND 0.97)
  ) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`;

const USER_SESSIONS = sql`
  CREATE TABLE user_sessions (
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    user_id INT UNSIGNED NOT NULL,
    user_agent VARCHAR(255) NULL,
    network VARCHAR(49) NOT NULL,
    last_used_at DATETIME(3) NOT NULL,
    refresh_expires_at DATETIME(3) NOT NULL,
    absolute_expires_at DATETIME(3) NOT NULL,
    ended_at DATETIME(3) NULL,
    end_reason VARCHAR(32) NULL,
    created_at DATETIME(3) NOT NULL,
    CONSTRAINT fk_user_sessions_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    INDEX ix_user_sessions_user (user_id, ended_at, last_used_at),
    INDEX ix_user_sessions_expiry (refresh_expires_at),
    INDEX ix_user_sessions_ended (ended_at)
  ) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`;

const REFRESH_TOKENS = sql`
  CREATE TABLE refresh_tokens (
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    session_id BIGINT UNSIGNED NOT NULL,
    parent_id BIGINT UNSIGNED NULL,
    token_hash BINARY(32) NOT NULL,
    expires_at DATETIME(3) NOT NULL,
    rotated_at DATETIME(3) NULL,
    created_at DATETIME(3) NOT NULL,
    CONSTRAINT uq_refresh_tokens_hash UNIQUE (token_hash),
    CONSTRAINT fk_refresh_tokens_session FOREIGN KEY (session_id) REFERENCES user_sessions (id)
      ON DELETE CASCADE,
    INDEX ix_refresh_tokens_session (session_id)
  ) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`;

const ONE_TIME_TOKENS = sql`
  CREATE TABLE one_time_tokens (
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    user_id INT UNSIGNED NOT NULL,
    purpose VARCHAR(16) NOT NULL,
    email VARCHAR(100) NOT NULL,
    token_hash BINARY(32) NOT NULL,
    expires_at DATETIME(3) NOT NULL,
    used_at DATETIME(3) NULL,
    spent_at DATETIME(3) NULL,
    created_at DATETIME(3) NOT NULL,
    CONSTRAINT uq_one_time_tokens_hash UNIQUE (token_hash),
    CONSTRAINT ck_one_time_tokens_purpose CHECK (purpose IN ('verify', 'change_email', 'reset')),
    CONSTRAINT fk_one_time_tokens_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    INDEX ix_one_time_tokens_user (user_id, purpose),
    INDEX ix_one_time_tokens_expiry (expires_at)
  ) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`;

const USER_NETWORKS = sql`
  CREATE TABLE user_networks (
    user_id INT UNSIGNED NOT NULL,
    network VARCHAR(49) NOT NULL,
    last_login_at DATETIME(3) NOT NULL,
    created_at DATETIME(3) NOT NULL,
    PRIMARY KEY (user_id, network),
    CONSTRAINT fk_user_networks_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    INDEX ix_user_networks_last (last_login_at)
  ) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`;

const AUTH_EVENTS = sql`
  CREATE TABLE auth_events (
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    user_id INT UNSIGNED NULL,
    actor_id INT UNSIGNED NULL,
    kind VARCHAR(32) NOT NULL,
    network VARCHAR(49) NULL,
    user_agent VARCHAR(255) NULL,
    created_at DATETIME(3) NOT NULL,
    CONSTRAINT fk_auth_events_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT fk_auth_events_actor FOREIGN KEY (actor_id) REFERENCES users (id) ON DELETE SET NULL,
    INDEX ix_auth_events_user (user_id, id),
    INDEX ix_auth_events_created (created_at)
  ) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`;

const TABLES: readonly RawBuilder<unknown>[] = [
  USERS,
  USER_SETTINGS,
  USER_SESSIONS,
  REFRESH_TOKENS,
  ONE_TIME_TOKENS,
  USER_NETWORKS,
  AUTH_EVENTS,
];

/** Accounts, sessions, links and events; not breaking. The key of `users.avatar_media_id` comes with `media`. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  for (const table of TABLES) await table.execute(db);
};
