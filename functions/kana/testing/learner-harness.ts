import type { Insertable, Selectable } from 'kysely';
import type { Role } from '#shared/auth/access-token.ts';
import type { Tables } from '#shared/database/tables.ts';
import type { SignedInUser } from '#shared/testing/accounts.ts';
import { type Harness, type HarnessOptions, openHarness } from '#shared/testing/harness.ts';
import type { TestResponse } from '#shared/testing/invoke.ts';
import type { Alphabet, TestType } from '../characters/rules/character.ts';
import { seed } from '../seed/seed.ts';

/** One alphabet and test type, as the path names them. */
export interface Skill {
  readonly type: Alphabet;
  readonly testType: TestType;
}

type SkillRow = Selectable<Tables['kana_skills']>;

/** The one harness with what tests of learners prepare and look at; the catalogue is empty at first. */
export interface LearnerHarness extends Harness {
  /** The whole seed with its sounds, or the first so many characters of it. */
  seedCatalogue(first?: number): Promise<void>;
  /** An active account; with settings only when they are given. */
  createLearner(
    settings?: { alphabetLearnCount?: number; alphabetRepeat?: string },
    role?: Role,
  ): Promise<SignedInUser>;
  /** Posts results for ids that all passed or all failed. @returns the answer */
  submit(
    learner: SignedInUser,
    skill: Skill,
    ids: readonly number[],
    passed?: boolean,
  ): Promise<TestResponse>;
  /** Skill rows of a user in the sequence of the primary key. */
  skills(userId: number): Promise<SkillRow[]>;
  insertSkill(
    row: Pick<SkillRow, 'user_id' | 'character_id'> & Partial<Insertable<Tables['kana_skills']>>,
  ): Promise<void>;
}

/** Opens the harness of a test file. */
export const openLearnerHarness = async (
  environment: NodeJS.ProcessEnv = {},
  options?: HarnessOptions,
): Promise<LearnerHarness> => {
  const harness = await openHarness(environment, options);
  const { db, config, now, call, signIn } = harness;
  return {
    ...harness,
    seedCatalogue: async (first) => {
      await seed(db, config, now);
      if (first !== undefined) await db.deleteFrom('characters').where('id', '>', first).execute();
    },
    createLearner: async (settings, role = 1) => {
      const learner = await signIn(role);
      if (settings) {
        const { alphabetLearnCount = 10, alphabetRepeat = 'in question' } = settings;
        const stored = { alphabet_learn_count: alphabetLearnCount, alphabet_repeat: alphabetRepeat };
        const times = { created_at: now(), updated_at: now() };
        await db
          .insertInto('user_settings')
          .values({ user_id: learner.userId, ...stored, ...times } as Insertable<Tables['user_settings']>)
          .execute();
      }
      return learner;
    },
    submit: (learner, skill, ids, passed = true) =>
      call('saveTestResults', {
        pathParameters: { ...skill },
        headers: learner.headers,
        body: { results: ids.map((characterId) => ({ characterId, passed })) },
      }),
    skills: (userId) =>
      db
        .selectFrom('kana_skills')
        .selectAll()
        .where('user_id', '=', userId)
        .orderBy('alphabet')
        .orderBy('test_type')
        .orderBy('character_id')
        .execute(),
    insertSkill: async (row) => {
      const defaults = { alphabet: 'hiragana', test_type: 'reading', attempts: 1, correct: 1 } as const;
      const tested = { last_tested_at: new Date('2026-03-01T09:30:00.000Z') };
      await db
        .insertInto('kana_skills')
        .values({ ...defaults, ...tested, ...row })
        .execute();
    },
  };
};
