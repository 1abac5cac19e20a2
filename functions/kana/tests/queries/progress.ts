import { sql } from 'kysely';
import type { Queryable } from '#shared/database/database.ts';
import { ALPHABETS, type Alphabet, TEST_TYPES, type TestType } from '../../characters/rules/character.ts';
import { MASTERED_MARK } from '../rules/scoring.ts';
import '../../tables.ts';

/** One of the six skills of a character, as the history names it: `hiraganaReadingResult`. */
export type SkillName = `${Alphabet}${Capitalize<TestType>}Result`;

/** A character with at least one tested skill; marks are 0 where untested. */
export type CharacterProgress = Readonly<Record<SkillName, number>> & {
  readonly characterId: number;
  readonly characterHiragana: string;
  readonly characterKatakana: string;
  readonly lastTestedAt: Date;
};

const skillName = (alphabet: Alphabet, testType: TestType) =>
  `${alphabet}${testType.charAt(0).toUpperCase()}${testType.slice(1)}Result` as SkillName;

/** The six skills of a character with their names in the history. */
const SKILLS = ALPHABETS.flatMap((alphabet) =>
  TEST_TYPES.map((testType) => ({ alphabet, testType, name: skillName(alphabet, testType) })),
);

/** The progress in every character with a tested skill, by ascending id. */
export const listProgress = async (db: Queryable, userId: number): Promise<CharacterProgress[]> => {
  const rows = await db
    .selectFrom('kana_skills')
    .innerJoin('characters', 'characters.id', 'kana_skills.character_id')
    .where('user_id', '=', userId)
    .groupBy(['characters.id', 'hiragana', 'katakana'])
    .select(['characters.id', 'hiragana', 'katakana', sql<Date>`MAX(last_tested_at)`.as('lastTestedAt')])
    .select(
      SKILLS.map(({ alphabet, testType, name }) =>
        sql<
          string | null
        >`MAX(CASE WHEN alphabet = ${alphabet} AND test_type = ${testType} THEN mark END)`.as(name),
      ),
    )
    .orderBy('characters.id')
    .execute();
  return rows.map((row) => ({
    characterId: row.id,
    characterHiragana: row.hiragana,
    characterKatakana: row.katakana,
    hiraganaReadingResult: Number(row.hiraganaReadingResult),
    hiraganaWritingResult: Number(row.hiraganaWritingResult),
    hiraganaListeningResult: Number(row.hiraganaListeningResult),
    katakanaReadingResult: Number(row.katakanaReadingResult),
    katakanaWritingResult: Number(row.katakanaWritingResult),
    katakanaListeningResult: Number(row.katakanaListeningResult),
    lastTestedAt: row.lastTestedAt,
  }));
};

/** How far a user is with one alphabet and test type, over its attainable skills. */
export interface SkillCounts {
  readonly tested: number;
  readonly mastered: number;
  readonly total: number;
}

interface CountRow {
  readonly everything: number;
  readonly audible: number;
  readonly alphabet: Alphabet | null;
  readonly testType: TestType | null;
  readonly tested: number;
  readonly mastered: number;
}

/** The counts of every alphabet and test type; one statement, so that they agree with each other. */
export const countProgress = async (
  db: Queryable,
  userId: number,
): Promise<Record<Alphabet, Record<TestType, SkillCounts>>> => {
  const { rows } = await sql<CountRow>`
    SELECT everything, audible, alphabet, test_type AS testType, COUNT(skills.character_id) AS tested,
      COUNT(CASE WHEN mark >= ${MASTERED_MARK} THEN 1 END) AS mastered
    FROM (SELECT COUNT(*) AS everything, COUNT(audio_media_id) AS audible FROM characters) AS totals
    LEFT JOIN (kana_skills AS skills JOIN characters ON characters.id = skills.character_id)
      ON skills.user_id = ${userId} AND (test_type <> 'listening' OR audio_media_id IS NOT NULL)
    GROUP BY everything, audible, alphabet, test_type`.execute(db);
  const countsOf = (alphabet: Alphabet, testType: TestType): SkillCounts => {
    const row = rows.find((each) => each.alphabet === alphabet && each.testType === testType);
    const total = Number(testType === 'listening' ? rows[0]?.audible : rows[0]?.everything);
    return { tested: Number(row?.tested ?? 0), mastered: Number(row?.mastered ?? 0), total };
  };
  const ofAlphabet = (alphabet: Alphabet) => ({
    reading: countsOf(alphabet, 'reading'),
    writing: countsOf(alphabet, 'writing'),
    listening: countsOf(alphabet, 'listening'),
  });
  return { hiragana: ofAlphabet('hiragana'), katakana: ofAlphabet('katakana') };
};
