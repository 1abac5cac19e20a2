import { afterAll, beforeAll, expect, test } from 'vitest';
import { exportUserKana } from './export.ts';
import { seed } from './seed/seed.ts';
import { type LearnerHarness, openLearnerHarness } from './testing/learner-harness.ts';

let world: LearnerHarness;
beforeAll(async () => {
  world = await openLearnerHarness({}, { overHttp: true });
  await seed(world.db, world.config);
});
afterAll(() => world.close());

const at = (time: string) => new Date(`2026-03-0${time}Z`);

test('a user without rows has an empty object', async () => {
  const { userId } = await world.signIn(1);
  expect(await exportUserKana(world.db, userId)).toEqual({});
});

test('holds all skills and lowerings of this user alone, in their sequence', async () => {
  const { db } = world;
  const [{ userId }, other] = [await world.signIn(1), await world.signIn(1)];
  const result = {
    mark: '0.8400',
    attempts: 2,
    correct: 2,
    last_answer: 'き',
    last_tested_at: at('1T09:30:00'),
  };
  const skills = [
    [userId, 10, 'hiragana', 'reading'],
    [userId, 7, 'katakana', 'reading'],
    [userId, 7, 'hiragana', 'listening'],
    [userId, 7, 'hiragana', 'reading'],
    [other.userId, 7, 'hiragana', 'writing'],
  ] as const;
  for (const [user_id, character_id, alphabet, test_type] of skills) {
    await db
      .insertInto('kana_skills')
      .values({ user_id, character_id, alphabet, test_type, ...result })
      .execute();
  }
  await db.updateTable('kana_skills').set({ last_answer: null }).where('character_id', '=', 10).execute();
  for (const [run_key, created_at] of [
    ['day:2026-03-02', at('2T00:00:01.250')],
    ['key:a', at('1T00:00:00')],
  ] as const) {
    await db
      .insertInto('kana_mark_drops')
      .values({ user_id: userId, run_key, affected: 12, created_at })
      .execute();
  }
  const skill = {
    characterId: 7,
    alphabet: 'hiragana',
    testType: 'reading',
    mark: 0.84,
    attempts: 2,
    correct: 2,
    lastAnswer: 'き',
    lastTestedAt: '2026-03-01T09:30:00.000Z',
  };
  const { lastAnswer: _absent, ...unanswered } = skill;
  expect(await exportUserKana(db, userId)).toEqual({
    skills: [
      skill,
      { ...skill, testType: 'listening' },
      { ...skill, alphabet: 'katakana' },
      { ...unanswered, characterId: 10 },
    ],
    markDrops: [
      { key: 'key:a', affected: 12, createdAt: '2026-03-01T00:00:00.000Z' },
      { key: 'day:2026-03-02', affected: 12, createdAt: '2026-03-02T00:00:01.250Z' },
    ],
  });
});

test('a user with lowerings alone has both keys', async () => {
  const { userId } = await world.signIn(1);
  const drop = { user_id: userId, run_key: 'run:1', affected: 0, created_at: at('1T00:00:00') };
  await world.db.insertInto('kana_mark_drops').values(drop).execute();
  expect(await exportUserKana(world.db, userId)).toMatchObject({
    skills: [],
    markDrops: [{ key: 'run:1' }],
  });
});
