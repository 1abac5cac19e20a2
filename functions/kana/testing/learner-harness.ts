import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Insertable, type Selectable, sql } from 'kysely';
import type { Role } from '#shared/auth/access-token.ts';
import type { Tables } from '#shared/database/tables.ts';
import { useResources } from '#shared/host/resources.ts';
import { invoke, type TestRequest, type TestResponse } from '#shared/testing/invoke.ts';
import { signInAs } from '#shared/testing/signed-in.ts';
import { openTestResources, type TestResources } from '#shared/testing/test-resources.ts';
import type { Alphabet, TestType } from '../characters/rules/character.ts';
import { byPost as lowerMarks, byGet as lowerMarksByGet } from '../marks/handlers/lower-marks.ts';
import { seed } from '../seed/seed.ts';
import { handler as drawKanaTest } from '../tests/handlers/draw-kana-test.ts';
import { handler as getTestSummary } from '../tests/handlers/get-test-summary.ts';
import { handler as listTestHistory } from '../tests/handlers/list-test-history.ts';
import { handler as saveTestResults } from '../tests/handlers/save-test-results.ts';

const ENDPOINTS = {
  drawKanaTest: [drawKanaTest, 'GET', '/api/v6/tests/{type}/{testType}'],
  saveTestResults: [saveTestResults, 'POST', '/api/v6/test-results/{type}/{testType}'],
  listTestHistory: [listTestHistory, 'GET', '/api/v6/test-results/history'],
  getTestSummary: [getTestSummary, 'GET', '/api/v6/test-results/summary'],
  lowerMarks: [lowerMarks, 'POST', '/api/v6/test-results/drop-marks/{userId}'],
  lowerMarksByGet: [lowerMarksByGet, 'GET', '/api/v6/test-results/drop-marks/{userId}'],
} as const;

/** The endpoints that {@link LearnerHarness.call} knows. */
export type EndpointName = keyof typeof ENDPOINTS;

/** An account with the headers that prove it. */
export interface Learner {
  readonly userId: number;
  readonly headers: { readonly authorization: string };
}

/** One alphabet and test type, as the path names them. */
export interface Skill {
  readonly type: Alphabet;
  readonly testType: TestType;
}

type SkillRow = Selectable<Tables['kana_skills']>;

/** The kana endpoints on a database of their own. */
export interface LearnerHarness {
  readonly resources: TestResources;
  /** The whole seed with its sounds, or the first so many characters of it. */
  seedCatalogue(first?: number): Promise<void>;
  /** An active account; with settings only when they are given. */
  createLearner(
    settings?: { alphabetLearnCount?: number; alphabetRepeat?: string },
    role?: Role,
  ): Promise<Learner>;
  call(endpoint: EndpointName, request?: TestRequest): Promise<TestResponse>;
  /** Posts results for ids that all passed or all failed. @returns the answer */
  submit(learner: Learner, skill: Skill, ids: readonly number[], passed?: boolean): Promise<TestResponse>;
  /** Skill rows of a user in the sequence of the primary key. */
  skills(userId: number): Promise<SkillRow[]>;
  insertSkill(
    row: Pick<SkillRow, 'user_id' | 'character_id'> & Partial<Insertable<Tables['kana_skills']>>,
  ): Promise<void>;
  close(): Promise<void>;
}

/** Headers of the service. */
export const SERVICE = { 'x-api-key': 'local-api-key-worthless' };

let learners = 0;

const insertLearner = async (
  { db }: TestResources,
  role: Role,
  settings: { alphabetLearnCount?: number; alphabetRepeat?: string } | undefined,
): Promise<number> => {
  const name = `learner-${++learners}`;
  const { insertId } = await sql`
    INSERT INTO users (username, username_key, email, password_hash, role, email_verified_at, created_at, updated_at)
    VALUES (${name}, ${name}, ${`${name}@example.com`}, 'x', ${role}, NOW(3), NOW(3), NOW(3))`.execute(db);
  const userId = Number(insertId);
  if (settings) {
    const { alphabetLearnCount = 10, alphabetRepeat = 'in question' } = settings;
    await sql`
      INSERT INTO user_settings (user_id, alphabet_learn_count, alphabet_repeat, created_at, updated_at)
      VALUES (${userId}, ${alphabetLearnCount}, ${alphabetRepeat}, NOW(3), NOW(3))`.execute(db);
  }
  return userId;
};

/** Opens a world of its own for a test file; its catalogue is empty. */
export const openLearnerHarness = async (environment: NodeJS.ProcessEnv = {}): Promise<LearnerHarness> => {
  const root = await mkdtemp(join(tmpdir(), 'japanesestudent-kana-'));
  const resources = await openTestResources({ MEDIA_BASE_PATH: root, ...environment });
  const { db, config } = resources;
  const unbind = useResources(resources);
  const call: LearnerHarness['call'] = (endpoint, request = {}) => {
    const [handler, method, template] = ENDPOINTS[endpoint];
    const path = template.replace(/\{(\w+)\}/g, (_, name) => request.pathParameters?.[name] ?? '');
    return invoke(handler, { method, path, ...request });
  };
  return {
    resources,
    call,
    seedCatalogue: async (first) => {
      await seed(db, config);
      if (first !== undefined) await db.deleteFrom('characters').where('id', '>', first).execute();
    },
    createLearner: async (settings, role = 1) => {
      const userId = await insertLearner(resources, role, settings);
      return signInAs(resources, role, userId);
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
    close: async () => {
      unbind();
      await resources.close();
      await rm(root, { recursive: true, force: true });
    },
  };
};
