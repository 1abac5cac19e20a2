import type { Queryable } from '#shared/database/database.ts';
import type { Alphabet, TestType } from '../characters/rules/character.ts';

/** All that is stored of one skill. */
export interface SkillRecord {
  readonly characterId: number;
  readonly alphabet: Alphabet;
  readonly testType: TestType;
  readonly mark: number;
  readonly attempts: number;
  readonly correct: number;
  readonly lastAnswer?: string;
  readonly lastTestedAt: Date;
}

/** All skills of a user by character id, then alphabet and test type in the sequence of their declarations. */
export const listSkillRecords = async (db: Queryable, userId: number): Promise<SkillRecord[]> => {
  const rows = await db
    .selectFrom('kana_skills')
    .selectAll()
    .where('user_id', '=', userId)
    .orderBy('character_id')
    .orderBy('alphabet')
    .orderBy('test_type')
    .execute();
  return rows.map((row) => ({
    characterId: row.character_id,
    alphabet: row.alphabet,
    testType: row.test_type,
    mark: Number(row.mark),
    attempts: row.attempts,
    correct: row.correct,
    ...(row.last_answer === null ? {} : { lastAnswer: row.last_answer }),
    lastTestedAt: row.last_tested_at,
  }));
};

/** One lowering of all marks of a user. */
export interface MarkDropRecord {
  readonly key: string;
  readonly affected: number;
  readonly createdAt: Date;
}

/** All lowerings of a user's marks, oldest first. */
export const listMarkDropRecords = (db: Queryable, userId: number): Promise<MarkDropRecord[]> =>
  db
    .selectFrom('kana_mark_drops')
    .select(['run_key as key', 'affected', 'created_at as createdAt'])
    .where('user_id', '=', userId)
    .orderBy('created_at')
    .orderBy('run_key')
    .execute();
