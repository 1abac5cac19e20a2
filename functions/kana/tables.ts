import type { ColumnType, Generated } from 'kysely';
import type { Alphabet, KanaSet, TestType } from './characters/rules/character.ts';

interface Characters {
  id: Generated<number>;
  /** `''` for the vowels and ん. */
  consonant: string;
  vowel: string;
  kana_set: KanaSet;
  hiragana: string;
  katakana: string;
  english_reading: string;
  russian_reading: string;
  /** Null without a sound; the media service may set it to null at any time. */
  audio_media_id: string | null;
  created_at: Date;
  updated_at: Date;
}

interface KanaSkills {
  user_id: number;
  alphabet: Alphabet;
  test_type: TestType;
  character_id: number;
  /** 0..1 with four decimals; the driver reads it as text. */
  mark: ColumnType<string, number | string | undefined, number | string>;
  attempts: number;
  correct: number;
  last_answer: string | null;
  last_tested_at: Date;
}

interface KanaMarkDrops {
  user_id: number;
  /** `run:`, `key:` or `day:`, then the key. */
  run_key: string;
  affected: number;
  created_at: Date;
}

declare module '#shared/database/tables.ts' {
  interface Tables {
    characters: Characters;
    kana_skills: KanaSkills;
    kana_mark_drops: KanaMarkDrops;
  }
}
