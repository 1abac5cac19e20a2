import { sql } from 'kysely';
import type { Queryable } from '#shared/database/database.ts';
import type { Alphabet, TestType } from '../../characters/rules/character.ts';
import { MASTERED_MARK, type SkillState } from '../rules/scoring.ts';
import type { TestedSkill } from '../rules/selection.ts';
import '../../tables.ts';

/** All skills of one kind of one user. */
export interface SkillKind {
  readonly userId: number;
  readonly alphabet: Alphabet;
  readonly testType: TestType;
}

const ofKind = (db: Queryable, { userId, alphabet, testType }: SkillKind) =>
  db
    .selectFrom('kana_skills')
    .where('user_id', '=', userId)
    .where('alphabet', '=', alphabet)
    .where('test_type', '=', testType);

/** The tested skills of a kind by character id. */
export const findTestedSkills = async (db: Queryable, kind: SkillKind): Promise<Map<number, TestedSkill>> => {
  const rows = await ofKind(db, kind).select(['character_id', 'mark', 'last_tested_at']).execute();
  return new Map(
    rows.map((row) => [row.character_id, { mark: Number(row.mark), lastTestedAt: row.last_tested_at }]),
  );
};

/** The whole rows of a kind for these characters, by character id; those untested are missing. */
export const findSkillStates = async (
  db: Queryable,
  kind: SkillKind,
  characterIds: readonly number[],
): Promise<Map<number, SkillState>> => {
  const rows = await ofKind(db, kind)
    .select(['character_id', 'mark', 'attempts', 'correct', 'last_answer', 'last_tested_at'])
    .where('character_id', 'in', characterIds)
    .execute();
  return new Map(
    rows.map((row) => [
      row.character_id,
      {
        mark: Number(row.mark),
        attempts: row.attempts,
        correct: row.correct,
        lastAnswer: row.last_answer ?? undefined,
        lastTestedAt: row.last_tested_at,
      },
    ]),
  );
};

/** Writes skills of a kind in one statement, whether they have rows or not. */
export const saveSkillStates = async (
  db: Queryable,
  { userId, alphabet, testType }: SkillKind,
  states: ReadonlyMap<number, SkillState>,
): Promise<void> => {
  const rows = [...states].map(([characterId, state]) => ({
    user_id: userId,
    alphabet,
    test_type: testType,
    character_id: characterId,
    mark: state.mark.toFixed(4),
    attempts: state.attempts,
    correct: state.correct,
    last_answer: state.lastAnswer ?? null,
    last_tested_at: state.lastTestedAt,
  }));
  await db
    .insertInto('kana_skills')
    .values(rows)
    .onDuplicateKeyUpdate({
      mark: sql`VALUES(mark)`,
      attempts: sql`VALUES(attempts)`,
      correct: sql`VALUES(correct)`,
      last_answer: sql`VALUES(last_answer)`,
      last_tested_at: sql`VALUES(last_tested_at)`,
    })
    .execute();
};

/** How many skills the catalogue offers, and how many of these the user has mastered. */
export const countMastery = async (
  db: Queryable,
  userId: number,
): Promise<{ attainable: number; mastered: number }> => {
  const { rows } = await sql<{ attainable: number; mastered: number }>`
    SELECT
      (SELECT 4 * COUNT(*) + 2 * COUNT(audio_media_id) FROM characters) AS attainable,
      (SELECT COUNT(*) FROM kana_skills
        JOIN characters ON characters.id = kana_skills.character_id
        WHERE user_id = ${userId} AND mark >= ${MASTERED_MARK}
          AND (test_type <> 'listening' OR audio_media_id IS NOT NULL)) AS mastered`.execute(db);
  return { attainable: Number(rows[0]?.attainable), mastered: Number(rows[0]?.mastered) };
};

/** Lowers every mark of the user by 0.01, not below 0; returns how many went down (rule R15). */
export const lowerMarks = async (db: Queryable, userId: number): Promise<number> => {
  const result = await db
    .updateTable('kana_skills')
    .set({ mark: sql`GREATEST(mark - 0.01, 0)` })
    .where('user_id', '=', userId)
    .where('mark', '>', '0')
    .executeTakeFirstOrThrow();
  return Number(result.numUpdatedRows);
};
