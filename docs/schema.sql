CREATE TABLE `auth_events` (
  `id` bigint(20) unsigned NOT NULL AUTO_INCREMENT,
  `user_id` int(10) unsigned DEFAULT NULL,
  `actor_id` int(10) unsigned DEFAULT NULL,
  `kind` varchar(32) NOT NULL,
  `network` varchar(49) DEFAULT NULL,
  `user_agent` varchar(255) DEFAULT NULL,
  `created_at` datetime(3) NOT NULL,
  PRIMARY KEY (`id`),
  KEY `fk_auth_events_actor` (`actor_id`),
  KEY `ix_auth_events_user` (`user_id`,`id`),
  KEY `ix_auth_events_created` (`created_at`),
  CONSTRAINT `fk_auth_events_actor` FOREIGN KEY (`actor_id`) REFERENCES `users` (`id`) ON DELETE SET NULL,
  CONSTRAINT `fk_auth_events_user` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `characters` (
  `id` int(10) unsigned NOT NULL AUTO_INCREMENT,
  `consonant` varchar(3) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  `vowel` char(1) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `kana_set` enum('basic','voiced','digraph') NOT NULL,
  `hiragana` varchar(2) NOT NULL,
  `katakana` varchar(2) NOT NULL,
  `english_reading` varchar(5) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `russian_reading` varchar(5) NOT NULL,
  `audio_media_id` varchar(48) CHARACTER SET ascii COLLATE ascii_bin DEFAULT NULL,
  `created_at` datetime(3) NOT NULL,
  `updated_at` datetime(3) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `uq_characters_consonant_vowel` (`consonant`,`vowel`),
  UNIQUE KEY `uq_characters_hiragana` (`hiragana`),
  UNIQUE KEY `uq_characters_katakana` (`katakana`),
  UNIQUE KEY `uq_characters_audio_media` (`audio_media_id`),
  KEY `ix_characters_set` (`kana_set`,`id`),
  KEY `ix_characters_vowel` (`vowel`),
  CONSTRAINT `fk_characters_audio_media` FOREIGN KEY (`audio_media_id`) REFERENCES `media` (`id`) ON DELETE SET NULL,
  CONSTRAINT `ck_characters_vowel` CHECK (`vowel` in ('a','i','u','e','o','n'))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `email_templates` (
  `id` int(10) unsigned NOT NULL AUTO_INCREMENT,
  `slug` varchar(100) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `subject_template` varchar(255) NOT NULL,
  `body_template` text NOT NULL,
  `is_sensitive` tinyint(1) NOT NULL DEFAULT 1,
  `built_in` tinyint(1) NOT NULL DEFAULT 0,
  `created_at` datetime(3) NOT NULL,
  `updated_at` datetime(3) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `uq_email_templates_slug` (`slug`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `idempotency_records` (
  `id` bigint(20) unsigned NOT NULL AUTO_INCREMENT,
  `caller` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `idempotency_key` varchar(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `payload_hash` binary(32) NOT NULL,
  `status` smallint(5) unsigned NOT NULL,
  `headers` text NOT NULL,
  `body` mediumtext NOT NULL,
  `created_at` datetime(3) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `uq_idempotency_records_key` (`caller`,`idempotency_key`),
  KEY `ix_idempotency_records_created` (`created_at`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `immediate_tasks` (
  `id` bigint(20) unsigned NOT NULL AUTO_INCREMENT,
  `user_id` int(10) unsigned NOT NULL DEFAULT 0,
  `template_id` int(10) unsigned DEFAULT NULL,
  `content` text NOT NULL,
  `is_sensitive` tinyint(1) NOT NULL DEFAULT 1,
  `content_redacted` tinyint(1) NOT NULL DEFAULT 0,
  `status` enum('Enqueued','Completed','Failed') NOT NULL DEFAULT 'Enqueued',
  `round_no` int(10) unsigned NOT NULL DEFAULT 1,
  `attempts` smallint(5) unsigned NOT NULL DEFAULT 0,
  `next_attempt_at` datetime(3) DEFAULT NULL,
  `lease_token` char(36) CHARACTER SET ascii COLLATE ascii_bin DEFAULT NULL,
  `lease_until` datetime(3) DEFAULT NULL,
  `error` text DEFAULT NULL,
  `completed_at` datetime(3) DEFAULT NULL,
  `created_at` datetime(3) NOT NULL,
  `updated_at` datetime(3) NOT NULL,
  PRIMARY KEY (`id`),
  KEY `ix_immediate_tasks_due` (`status`,`next_attempt_at`,`id`),
  KEY `ix_immediate_tasks_completed` (`status`,`completed_at`),
  KEY `ix_immediate_tasks_status` (`status`,`created_at`,`id`),
  KEY `ix_immediate_tasks_user` (`user_id`,`created_at`,`id`),
  KEY `ix_immediate_tasks_template` (`template_id`,`status`,`id`),
  KEY `ix_immediate_tasks_created` (`created_at`,`id`),
  CONSTRAINT `fk_immediate_tasks_template` FOREIGN KEY (`template_id`) REFERENCES `email_templates` (`id`) ON DELETE SET NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `kana_mark_drops` (
  `user_id` int(10) unsigned NOT NULL,
  `run_key` varchar(260) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `affected` int(10) unsigned NOT NULL,
  `created_at` datetime(3) NOT NULL,
  PRIMARY KEY (`user_id`,`run_key`),
  KEY `ix_kana_mark_drops_created` (`created_at`),
  CONSTRAINT `fk_kana_mark_drops_user` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `kana_skills` (
  `user_id` int(10) unsigned NOT NULL,
  `alphabet` enum('hiragana','katakana') NOT NULL,
  `test_type` enum('reading','writing','listening') NOT NULL,
  `character_id` int(10) unsigned NOT NULL,
  `mark` decimal(5,4) NOT NULL DEFAULT 0.0000,
  `attempts` int(10) unsigned NOT NULL,
  `correct` int(10) unsigned NOT NULL,
  `last_answer` varchar(20) DEFAULT NULL,
  `last_tested_at` datetime(3) NOT NULL,
  PRIMARY KEY (`user_id`,`alphabet`,`test_type`,`character_id`),
  KEY `ix_kana_skills_character` (`character_id`),
  CONSTRAINT `fk_kana_skills_character` FOREIGN KEY (`character_id`) REFERENCES `characters` (`id`) ON DELETE CASCADE,
  CONSTRAINT `fk_kana_skills_user` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON DELETE CASCADE,
  CONSTRAINT `ck_kana_skills_mark` CHECK (`mark` between 0 and 1),
  CONSTRAINT `ck_kana_skills_correct` CHECK (`correct` <= `attempts`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `mail_requests` (
  `id` bigint(20) unsigned NOT NULL AUTO_INCREMENT,
  `kind` varchar(32) NOT NULL,
  `email` varchar(100) NOT NULL,
  `done_at` datetime(3) DEFAULT NULL,
  `created_at` datetime(3) NOT NULL,
  PRIMARY KEY (`id`),
  KEY `ix_mail_requests_done` (`done_at`,`id`),
  KEY `ix_mail_requests_email` (`email`),
  CONSTRAINT `ck_mail_requests_kind` CHECK (`kind` in ('resend_verification','forgot_password'))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `media` (
  `id` varchar(48) NOT NULL,
  `type` varchar(20) NOT NULL,
  `sha256` char(64) NOT NULL,
  `original_name` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL,
  `owner_user_id` int(10) unsigned DEFAULT NULL,
  `attached_at` datetime(3) DEFAULT NULL,
  `created_at` datetime(3) NOT NULL,
  PRIMARY KEY (`id`),
  KEY `ix_media_sha256` (`sha256`),
  KEY `ix_media_attached` (`attached_at`,`created_at`),
  KEY `ix_media_owner` (`owner_user_id`,`created_at`),
  CONSTRAINT `fk_media_object` FOREIGN KEY (`sha256`) REFERENCES `media_objects` (`sha256`),
  CONSTRAINT `fk_media_owner` FOREIGN KEY (`owner_user_id`) REFERENCES `users` (`id`) ON DELETE SET NULL,
  CONSTRAINT `ck_media_type` CHECK (`type` in ('character','word','word_example','lesson_audio','lesson_video','lesson_doc','avatar'))
) ENGINE=InnoDB DEFAULT CHARSET=ascii COLLATE=ascii_bin;

CREATE TABLE `media_objects` (
  `sha256` char(64) NOT NULL,
  `size` bigint(20) unsigned NOT NULL,
  `content_type` varchar(100) NOT NULL,
  `ref_count` int(10) unsigned NOT NULL,
  `missing_since` datetime(3) DEFAULT NULL,
  `removing_until` datetime(3) DEFAULT NULL,
  `created_at` datetime(3) NOT NULL,
  PRIMARY KEY (`sha256`),
  KEY `ix_media_objects_refs` (`ref_count`,`created_at`),
  CONSTRAINT `ck_media_objects_size` CHECK (`size` > 0)
) ENGINE=InnoDB DEFAULT CHARSET=ascii COLLATE=ascii_bin;

CREATE TABLE `media_object_holds` (
  `id` char(36) NOT NULL,
  `sha256` char(64) NOT NULL,
  `held_until` datetime(3) NOT NULL,
  `created_at` datetime(3) NOT NULL,
  PRIMARY KEY (`id`),
  KEY `ix_media_object_holds` (`sha256`,`held_until`),
  CONSTRAINT `fk_media_object_holds_object` FOREIGN KEY (`sha256`) REFERENCES `media_objects` (`sha256`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=ascii COLLATE=ascii_bin;

CREATE TABLE `media_sweep_lease` (
  `id` tinyint(3) unsigned NOT NULL,
  `token` char(36) DEFAULT NULL,
  `lease_until` datetime(3) NOT NULL,
  `created_at` datetime(3) NOT NULL,
  PRIMARY KEY (`id`),
  CONSTRAINT `ck_media_sweep_lease` CHECK (`id` = 1)
) ENGINE=InnoDB DEFAULT CHARSET=ascii COLLATE=ascii_bin;

CREATE TABLE `media_uploads` (
  `id` char(36) NOT NULL,
  `media_type` varchar(20) NOT NULL,
  `size` bigint(20) unsigned NOT NULL,
  `expected_sha256` char(64) DEFAULT NULL,
  `original_name` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `by_service` tinyint(1) NOT NULL,
  `owner_user_id` int(10) unsigned DEFAULT NULL,
  `status` enum('open','completing','completed','expired') NOT NULL,
  `lease_until` datetime(3) DEFAULT NULL,
  `media_id` varchar(48) DEFAULT NULL,
  `expires_at` datetime(3) NOT NULL,
  `created_at` datetime(3) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `uq_media_uploads_media` (`media_id`),
  KEY `ix_media_uploads_status` (`status`,`expires_at`),
  KEY `ix_media_uploads_owner` (`owner_user_id`),
  CONSTRAINT `fk_media_uploads_media` FOREIGN KEY (`media_id`) REFERENCES `media` (`id`) ON DELETE SET NULL,
  CONSTRAINT `fk_media_uploads_owner` FOREIGN KEY (`owner_user_id`) REFERENCES `users` (`id`) ON DELETE CASCADE,
  CONSTRAINT `ck_media_uploads_type` CHECK (`media_type` in ('character','word','word_example','lesson_audio','lesson_video','lesson_doc','avatar')),
  CONSTRAINT `ck_media_uploads_size` CHECK (`size` > 0)
) ENGINE=InnoDB DEFAULT CHARSET=ascii COLLATE=ascii_bin;

CREATE TABLE `one_time_tokens` (
  `id` bigint(20) unsigned NOT NULL AUTO_INCREMENT,
  `user_id` int(10) unsigned NOT NULL,
  `purpose` varchar(16) NOT NULL,
  `email` varchar(100) NOT NULL,
  `token_hash` binary(32) NOT NULL,
  `expires_at` datetime(3) NOT NULL,
  `used_at` datetime(3) DEFAULT NULL,
  `spent_at` datetime(3) DEFAULT NULL,
  `created_at` datetime(3) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `uq_one_time_tokens_hash` (`token_hash`),
  KEY `ix_one_time_tokens_user` (`user_id`,`purpose`),
  KEY `ix_one_time_tokens_expiry` (`expires_at`),
  CONSTRAINT `fk_one_time_tokens_user` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON DELETE CASCADE,
  CONSTRAINT `ck_one_time_tokens_purpose` CHECK (`purpose` in ('verify','change_email','reset'))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `refresh_tokens` (
  `id` bigint(20) unsigned NOT NULL AUTO_INCREMENT,
  `session_id` bigint(20) unsigned NOT NULL,
  `parent_id` bigint(20) unsigned DEFAULT NULL,
  `token_hash` binary(32) NOT NULL,
  `expires_at` datetime(3) NOT NULL,
  `rotated_at` datetime(3) DEFAULT NULL,
  `created_at` datetime(3) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `uq_refresh_tokens_hash` (`token_hash`),
  KEY `ix_refresh_tokens_session` (`session_id`),
  CONSTRAINT `fk_refresh_tokens_session` FOREIGN KEY (`session_id`) REFERENCES `user_sessions` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `removed_sessions` (
  `session_id` bigint(20) unsigned NOT NULL,
  `created_at` datetime(3) NOT NULL,
  PRIMARY KEY (`session_id`),
  KEY `ix_removed_sessions_created` (`created_at`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `scheduled_tasks` (
  `id` int(10) unsigned NOT NULL AUTO_INCREMENT,
  `user_id` int(10) unsigned DEFAULT NULL,
  `user_key` int(10) unsigned GENERATED ALWAYS AS (ifnull(`user_id`,0)) STORED,
  `template_id` int(10) unsigned DEFAULT NULL,
  `url` varchar(500) DEFAULT NULL,
  `method` enum('GET','POST') NOT NULL DEFAULT 'GET',
  `content` text NOT NULL,
  `cron` varchar(100) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `timezone` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'UTC',
  `active` tinyint(1) NOT NULL DEFAULT 1,
  `catch_up` enum('skip','last') NOT NULL DEFAULT 'last',
  `next_run` datetime(3) NOT NULL,
  `previous_run` datetime(3) DEFAULT NULL,
  `created_at` datetime(3) NOT NULL,
  `updated_at` datetime(3) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `uq_scheduled_tasks_user_url` (`user_key`,`url`),
  KEY `ix_scheduled_tasks_due` (`active`,`next_run`,`id`),
  KEY `ix_scheduled_tasks_user` (`user_id`,`created_at`,`id`),
  KEY `ix_scheduled_tasks_template` (`template_id`,`active`),
  KEY `ix_scheduled_tasks_created` (`created_at`,`id`),
  CONSTRAINT `fk_scheduled_tasks_template` FOREIGN KEY (`template_id`) REFERENCES `email_templates` (`id`) ON DELETE SET NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `scheduled_task_logs` (
  `id` bigint(20) unsigned NOT NULL AUTO_INCREMENT,
  `task_id` int(10) unsigned DEFAULT NULL,
  `job_id` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `attempt` smallint(5) unsigned NOT NULL,
  `status` enum('Completed','Failed') NOT NULL,
  `http_status` smallint(5) unsigned DEFAULT NULL,
  `error` text DEFAULT NULL,
  `response` text DEFAULT NULL,
  `created_at` datetime(3) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `uq_scheduled_task_logs_job` (`job_id`,`attempt`),
  KEY `ix_scheduled_task_logs_task` (`task_id`,`created_at`,`id`),
  KEY `ix_scheduled_task_logs_status` (`status`,`created_at`,`id`),
  KEY `ix_scheduled_task_logs_created` (`created_at`,`id`),
  CONSTRAINT `fk_scheduled_task_logs_task` FOREIGN KEY (`task_id`) REFERENCES `scheduled_tasks` (`id`) ON DELETE SET NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `scheduled_task_runs` (
  `id` bigint(20) unsigned NOT NULL AUTO_INCREMENT,
  `task_id` int(10) unsigned NOT NULL,
  `trigger_kind` enum('schedule','manual') NOT NULL,
  `due_at` datetime(3) DEFAULT NULL,
  `status` enum('Pending','Completed','Failed','Skipped') NOT NULL DEFAULT 'Pending',
  `attempts` smallint(5) unsigned NOT NULL DEFAULT 0,
  `next_attempt_at` datetime(3) DEFAULT NULL,
  `lease_token` char(36) CHARACTER SET ascii COLLATE ascii_bin DEFAULT NULL,
  `lease_until` datetime(3) DEFAULT NULL,
  `webhook_done_at` datetime(3) DEFAULT NULL,
  `mail_done_at` datetime(3) DEFAULT NULL,
  `error` text DEFAULT NULL,
  `created_at` datetime(3) NOT NULL,
  `started_at` datetime(3) DEFAULT NULL,
  `finished_at` datetime(3) DEFAULT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `uq_scheduled_task_runs_due` (`task_id`,`due_at`),
  KEY `ix_scheduled_task_runs_due` (`status`,`next_attempt_at`,`id`),
  KEY `ix_scheduled_task_runs_task` (`task_id`,`status`,`due_at`),
  KEY `ix_scheduled_task_runs_finished` (`status`,`finished_at`),
  KEY `ix_scheduled_task_runs_started` (`started_at`),
  CONSTRAINT `fk_scheduled_task_runs_task` FOREIGN KEY (`task_id`) REFERENCES `scheduled_tasks` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `task_attempts` (
  `id` bigint(20) unsigned NOT NULL AUTO_INCREMENT,
  `task_id` bigint(20) unsigned NOT NULL,
  `round_no` int(10) unsigned NOT NULL,
  `attempt` smallint(5) unsigned NOT NULL,
  `started_at` datetime(3) NOT NULL,
  `finished_at` datetime(3) DEFAULT NULL,
  `outcome` enum('Completed','Failed','Interrupted') DEFAULT NULL,
  `error` text DEFAULT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `uq_task_attempts` (`task_id`,`round_no`,`attempt`),
  CONSTRAINT `fk_task_attempts_task` FOREIGN KEY (`task_id`) REFERENCES `immediate_tasks` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `users` (
  `id` int(10) unsigned NOT NULL AUTO_INCREMENT,
  `username` varchar(32) NOT NULL,
  `username_key` varchar(64) NOT NULL,
  `email` varchar(100) NOT NULL,
  `pending_email` varchar(100) DEFAULT NULL,
  `pending_email_expires_at` datetime(3) DEFAULT NULL,
  `password_hash` varchar(72) NOT NULL,
  `role` tinyint(3) unsigned NOT NULL DEFAULT 1,
  `avatar_media_id` varchar(48) CHARACTER SET ascii COLLATE ascii_bin DEFAULT NULL,
  `email_verified_at` datetime(3) DEFAULT NULL,
  `disabled_at` datetime(3) DEFAULT NULL,
  `active` tinyint(1) GENERATED ALWAYS AS (`email_verified_at` is not null and `disabled_at` is null) STORED,
  `created_at` datetime(3) NOT NULL,
  `updated_at` datetime(3) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `uq_users_email` (`email`),
  UNIQUE KEY `uq_users_username_key` (`username_key`),
  KEY `ix_users_role_active` (`role`,`active`,`username_key`),
  KEY `ix_users_pending` (`pending_email_expires_at`),
  KEY `ix_users_avatar` (`avatar_media_id`),
  CONSTRAINT `fk_users_avatar` FOREIGN KEY (`avatar_media_id`) REFERENCES `media` (`id`) ON DELETE SET NULL,
  CONSTRAINT `ck_users_role` CHECK (`role` between 1 and 3)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `user_networks` (
  `user_id` int(10) unsigned NOT NULL,
  `network` varchar(49) NOT NULL,
  `last_login_at` datetime(3) NOT NULL,
  `created_at` datetime(3) NOT NULL,
  PRIMARY KEY (`user_id`,`network`),
  KEY `ix_user_networks_last` (`last_login_at`),
  CONSTRAINT `fk_user_networks_user` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `user_sessions` (
  `id` bigint(20) unsigned NOT NULL AUTO_INCREMENT,
  `user_id` int(10) unsigned NOT NULL,
  `user_agent` varchar(255) DEFAULT NULL,
  `network` varchar(49) NOT NULL,
  `last_used_at` datetime(3) NOT NULL,
  `refresh_expires_at` datetime(3) NOT NULL,
  `absolute_expires_at` datetime(3) NOT NULL,
  `ended_at` datetime(3) DEFAULT NULL,
  `end_reason` varchar(32) DEFAULT NULL,
  `created_at` datetime(3) NOT NULL,
  PRIMARY KEY (`id`),
  KEY `ix_user_sessions_user` (`user_id`,`ended_at`,`last_used_at`),
  KEY `ix_user_sessions_expiry` (`refresh_expires_at`),
  KEY `ix_user_sessions_ended` (`ended_at`),
  CONSTRAINT `fk_user_sessions_user` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `user_settings` (
  `id` int(10) unsigned NOT NULL AUTO_INCREMENT,
  `user_id` int(10) unsigned NOT NULL,
  `new_word_count` tinyint(3) unsigned NOT NULL DEFAULT 20,
  `old_word_count` tinyint(3) unsigned NOT NULL DEFAULT 20,
  `alphabet_learn_count` tinyint(3) unsigned NOT NULL DEFAULT 10,
  `day_starts_at` tinyint(3) unsigned NOT NULL DEFAULT 4,
  `language` varchar(2) NOT NULL DEFAULT 'en',
  `alphabet_repeat` varchar(20) NOT NULL DEFAULT 'in question',
  `time_zone` varchar(64) NOT NULL DEFAULT 'UTC',
  `desired_retention` decimal(3,2) NOT NULL DEFAULT 0.90,
  `created_at` datetime(3) NOT NULL,
  `updated_at` datetime(3) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `uq_user_settings_user` (`user_id`),
  CONSTRAINT `fk_user_settings_user` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON DELETE CASCADE,
  CONSTRAINT `ck_user_settings_new_word_count` CHECK (`new_word_count` between 10 and 40),
  CONSTRAINT `ck_user_settings_old_word_count` CHECK (`old_word_count` between 10 and 40),
  CONSTRAINT `ck_user_settings_alphabet_learn_count` CHECK (`alphabet_learn_count` between 5 and 15),
  CONSTRAINT `ck_user_settings_day_starts_at` CHECK (`day_starts_at` between 0 and 23),
  CONSTRAINT `ck_user_settings_language` CHECK (`language` in ('en','ru','de')),
  CONSTRAINT `ck_user_settings_alphabet_repeat` CHECK (`alphabet_repeat` in ('in question','ignore','repeat')),
  CONSTRAINT `ck_user_settings_time_zone` CHECK (char_length(`time_zone`) between 1 and 64),
  CONSTRAINT `ck_user_settings_desired_retention` CHECK (`desired_retention` between 0.80 and 0.97)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
