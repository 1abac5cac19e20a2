import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { SignedInUser } from '#shared/testing/accounts.ts';
import { SERVICE } from '#shared/testing/harness.ts';
import { deleteCharacter } from '../characters/admin-catalogue.ts';
import { type LearnerHarness, openLearnerHarness, type Skill } from '../testing/learner-harness.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import { shuffled } from './rules/random.ts';
import { nextMark } from './rules/scoring.ts';

/** `npm run test:kana-parallel` runs 100; here is a selection. */
const ROUNDS = Number(process.env['KANA_PARALLEL_ROUNDS'] ?? 5);
const FIRST = Number(process.env['KANA_PARALLEL_FIRST'] ?? 1);
const SUBMISSIONS = 12;
/** Each comes twice at once. */
const DROP_KEYS = 4;

const READING: Skill = { type: 'hiragana', testType: 'reading' };
const IDS = [1, 2, 3];

let world: LearnerHarness;
let learner: SignedInUser;
beforeAll(async () => {
  world = await openLearnerHarness({ API_KEY: SERVICE['x-api-key'], DB_POOL_SIZE: '20' });
  await world.seedCatalogue(3);
});
beforeEach(async () => {
  learner = await world.createLearner();
});
afterAll(() => world.close());

const drop = (key: string) =>
  world.call('lowerMarks', {
    pathParameters: { userId: String(learner.userId) },
    headers: { ...SERVICE, 'x-task-run-id': key },
  });

interface Steps {
  readonly passes: number;
  readonly fails: number;
  readonly drops: number;
}

/** Every mark that some order of the steps leads to, from 0. */
const reachable = (() => {
  const known = new Map<string, ReadonlySet<number>>();
  const from = (steps: Steps): ReadonlySet<number> => {
    const { passes, fails, drops } = steps;
    const name = `${passes} ${fails} ${drops}`;
    const marks =
      known.get(name) ??
      new Set([
        ...(passes + fails + drops === 0 ? [0] : []),
        ...(passes > 0
          ? [...from({ ...steps, passes: passes - 1 })].map((mark) => nextMark(mark, true))
          : []),
        ...(fails > 0 ? [...from({ ...steps, fails: fails - 1 })].map((mark) => nextMark(mark, false)) : []),
        ...(drops > 0 ? [...from({ ...steps, drops: drops - 1 })].map((mark) => lower(mark)) : []),
      ]);
    known.set(name, marks);
    return marks;
  };
  return from;
})();
const lower = (mark: number): number => Math.max(Math.round(mark * 10_000) - 100, 0) / 10_000;

test(`${ROUNDS} rounds of 20 submissions and drops at once lose no update`, {
  timeout: 20_000 + ROUNDS * 2_000,
}, async () => {
  for (let round = FIRST; round < FIRST + ROUNDS; round++) {
    learner = await world.createLearner();
    const random = seededRandom(round);
    const batches = Array.from({ length: SUBMISSIONS }, () =>
      shuffled(IDS, random).map((characterId) => ({ characterId, passed: random() < 0.7 })),
    );
    const submissions = batches.map(
      (results) => () =>
        world.call('saveTestResults', {
          pathParameters: { ...READING },
          headers: learner.headers,
          body: { results },
        }),
    );
    const keys = Array.from({ length: DROP_KEYS }, (_, index) => `run-${index}`);
    const drops = [...keys, ...keys].map((key) => () => drop(key));
    const answers = await Promise.all(shuffled([...submissions, ...drops], random).map((work) => work()));
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
    const rows = await world.skills(learner.userId);
    expect(rows.map(({ character_id }) => character_id)).toEqual(IDS);
    for (const { character_id, mark, attempts, correct } of rows) {
      const passes = batches.flat().filter((each) => each.characterId === character_id && each.passed).length;
      expect({ round, attempts, correct }).toEqual({ round, attempts: SUBMISSIONS, correct: passes });
      const marks = reachable({ passes, fails: SUBMISSIONS - passes, drops: DROP_KEYS });
      expect(marks, `round ${round}`).toContain(Number(mark));
    }
  }
});

test('three passes at once end at 0.936 with 3 attempts', async () => {
  for (let round = 0; round < ROUNDS; round++) {
    learner = await world.createLearner();
    await Promise.all([1, 2, 3].map(() => world.submit(learner, READING, [1])));
    expect(await world.skills(learner.userId)).toMatchObject([{ mark: '0.9360', attempts: 3, correct: 3 }]);
  }
});

test('of two batches at once that together master the last skills, the later one asks', async () => {
  const skills: readonly Skill[] = (['hiragana', 'katakana'] as const).flatMap((type) =>
    (['reading', 'writing', 'listening'] as const).map((testType) => ({ type, testType })),
  );
  for (let round = 0; round < ROUNDS; round++) {
    learner = await world.createLearner();
    for (const { type, testType } of skills)
      for (const character_id of IDS)
        await world.insertSkill({
          ...{ user_id: learner.userId, alphabet: type, test_type: testType, character_id },
          mark: character_id === 3 && testType === 'writing' ? '0.8400' : '0.9360',
        });
    const asked = await Promise.all(
      (['hiragana', 'katakana'] as const).map(async (type) => {
        const { json } = await world.submit(learner, { type, testType: 'writing' }, [3]);
        return json.askForRepeat;
      }),
    );
    expect(asked.toSorted()).toEqual([false, true]);
  }
});

test('of drops at once with one key one lowers, and all answer alike', async () => {
  for (let round = 0; round < ROUNDS; round++) {
    learner = await world.createLearner();
    await world.submit(learner, READING, IDS);
    const answers = await Promise.all(Array.from({ length: 10 }, () => drop(`night-${round}`)));
    for (const answer of answers)
      expect(answer).toMatchObject({ status: 200, json: { message: 'Marks lowered', affected: 3 } });
    expect((await world.skills(learner.userId)).map(({ mark }) => mark)).toEqual(Array(3).fill('0.5900'));
  }
});

test('a character deleted meanwhile is unknown, or takes its new skill along', async () => {
  const { db } = world;
  const seen = new Set<number>();
  for (let round = 0; round < ROUNDS * 2; round++) {
    const { insertId } = await db
      .insertInto('characters')
      .values({
        ...{ consonant: 'xx', vowel: 'a', kana_set: 'basic', hiragana: 'ゑ', katakana: 'ヱ' },
        ...{ english_reading: 'we', russian_reading: 'вэ', audio_media_id: null },
        ...{ created_at: new Date(), updated_at: new Date() },
      })
      .executeTakeFirstOrThrow();
    const id = Number(insertId);
    const deletion = () => deleteCharacter({ ...world.context(), caller: { kind: 'service' } }, id);
    const submission = () => world.submit(learner, READING, [1, id]);
    const [answer] =
      round % 2
        ? await Promise.all([submission(), deletion()])
        : await Promise.all([deletion(), submission()]).then(([, sent]) => [sent]);
    seen.add(answer?.status ?? 0);
    if (answer?.status !== 200)
      expect(answer).toMatchObject({
        status: 400,
        json: { details: [{ field: 'results[1].characterId', code: 'unknown_character' }] },
      });
    expect((await world.skills(learner.userId)).filter(({ character_id }) => character_id === id)).toEqual(
      [],
    );
  }
  expect([...seen].every((status) => status === 200 || status === 400)).toBe(true);
});
