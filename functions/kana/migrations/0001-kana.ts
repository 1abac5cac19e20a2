import { type Kysely, type RawBuilder, sql } from 'kysely';

const CHARACTERS = sql`
  CREATE TABLE characters (
    id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    consonant VARCHAR(3) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
    vowel CHAR(1) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    kana_set ENUM('basic', 'voiced', 'digraph') NOT NULL,
    hiragana VARCHAR(2) NOT NULL,
    katakana VARCHAR(2) NOT NULL,
    english_reading VARCHAR(5) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    russian_reading VARCHAR(5) NOT NULL,
    audio_media_id VARCHAR(48) CHARACTER SET ascii COLLATE ascii_bin NULL,
    created_at DATETIME(3) NOT NULL,
    updated_at DATETIME(3) NOT NULL,
    CONSTRAINT uq_characters_consonant_vowel UNIQUE (consonant, vowel),
    CONSTRAINT uq_characters_hiragana UNIQUE (hiragana),
    CONSTRAINT uq_characters_katakana UNIQUE (katakana),
    CONSTRAINT uq_characters_audio_media UNIQUE (audio_media_id),
    CONSTRAINT fk_characters_audio_media FOREIGN KEY (audio_media_id) REFERENCES media (id) ON DELETE SET NULL,
    CONSTRAINT ck_characters_vowel CHECK (vowel IN ('a', 'i', 'u', 'e', 'o', 'n')),
    INDEX ix_characters_set (kana_set, id),
    INDEX ix_characters_vowel (vowel)
  ) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`;

const KANA_SKILLS = sql`
  CREATE TABLE kana_skills (
    user_id INT UNSIGNED NOT NULL,
    alphabet ENUM('hiragana', 'katakana') NOT NULL,
    test_type ENUM('reading', 'writing', 'listening') NOT NULL,
    character_id INT UNSIGNED NOT NULL,
    mark DECIMAL(5,4) NOT NULL DEFAULT 0,
    attempts INT UNSIGNED NOT NULL,
    correct INT UNSIGNED NOT NULL,
    last_answer VARCHAR(20) NULL,
    last_tested_at DATETIME(3) NOT NULL,
    PRIMARY KEY (user_id, alphabet, test_type, character_id),
    CONSTRAINT fk_kana_skills_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT fk_kana_skills_character FOREIGN KEY (character_id) REFERENCES characters (id) ON DELETE CASCADE,
    CONSTRAINT ck_kana_skills_mark CHECK (mark BETWEEN 0 AND 1),
    CONSTRAINT ck_kana_skills_correct CHECK (correct <= attempts),
    INDEX ix_kana_skills_character (character_id)
  ) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`;

const KANA_MARK_DROPS = sql`
  CREATE TABLE kana_mark_drops (
    user_id INT UNSIGNED NOT NULL,
    run_key VARCHAR(260) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    affected INT UNSIGNED NOT NULL,
    created_at DATETIME(3) NOT NULL,
    PRIMARY KEY (user_id, run_key),
    CONSTRAINT fk_kana_mark_drops_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    INDEX ix_kana_mark_drops_created (created_at)
  ) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`;

const TABLES: readonly RawBuilder<unknown>[] = [CHARACTERS, KANA_SKILLS, KANA_MARK_DROPS];

/** Characters, the skills of users in them and the drops of their marks; not breaking. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  for (const table of TABLES) await table.execute(db);
};
