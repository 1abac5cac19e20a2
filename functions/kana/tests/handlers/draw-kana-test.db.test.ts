import { afterAll, beforeAll, beforeEach, describe, expect, it, test } from 'vitest';
import type { SignedInUser } from '#shared/testing/accounts.ts';
import { type LearnerHarness, openLearnerHarness, type Skill } from '../../testing/learner-harness.ts';

let world: LearnerHarness;
let learner: SignedInUser;
beforeAll(async () => {
  world = await openLearnerHarness();
  await world.seedCatalogue();
});
beforeEach(async () => {
  learner = await world.createLearner();
});
afterAll(() => world.close());

const READING: Skill = { type: 'hiragana', testType: 'reading' };
const LISTENING: Skill = { type: 'hiragana', testType: 'listening' };

const draw = (
  skill: { type: string; testType: string },
  query = '',
  headers: Record<string, string> = learner.headers,
) => world.call('drawKanaTest', { pathParameters: { ...skill }, query, headers });
const idsOf = (items: readonly { id: number }[]) => items.map(({ id }) => id).sort((a, b) => a - b);
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

describe('the items', () => {
  it('ask for the character of a reading', async () => {
    const answer = await draw(READING, 'count=104');
    expect(answer.status).toBe(200);
    expect(idsOf(answer.json)).toEqual(range(1, 104));
    const item = answer.json.find(({ id }: { id: number }) => id === 7);
    expect(Object.keys(item).sort()).toEqual(['correctChar', 'id', 'reading', 'wrongOptions']);
    expect(item).toMatchObject({ reading: 'ki', correctChar: 'き' });
    for (const { correctChar, wrongOptions } of answer.json) {
      expect(new Set([correctChar, ...wrongOptions]).size).toBe(3);
    }
  });

  it('ask for the reading of a character, in the locale', async () => {
    const item = async (locale: string) => {
      const { json } = await draw({ type: 'katakana', testType: 'writing' }, `count=104&locale=${locale}`);
      return json.find(({ id }: { id: number }) => id === 12);
    };
    expect(await item('en')).toEqual({ id: 12, correctReading: 'shi', character: 'シ' });
    expect(await item('de')).toEqual({ id: 12, correctReading: 'shi', character: 'シ' });
    expect(await item('ru')).toEqual({ id: 12, correctReading: 'си', character: 'シ' });
  });

  it('ask for the character of a sound, whose address needs no credential', async () => {
    const { json } = await draw({ type: 'katakana', testType: 'listening' }, 'count=1');
    expect(json).toEqual([
      {
        id: 1,
        audioUrl: expect.stringMatching(
          /^http:\/\/[^/]+\/api\/v6\/media\/character\/[0-9a-f-]{36}\.(ogg|mp3)$/,
        ),
        correctChar: 'ア',
        wrongOptions: expect.any(Array),
      },
    ]);
  });
});

describe('the selection', () => {
  it('starts with the first characters of the catalogue', async () => {
    expect(idsOf((await draw(READING, 'count=5')).json)).toEqual(range(1, 5));
  });

  it('goes on half new and half old, by the skill that is tested', async () => {
    await world.submit(learner, READING, range(1, 46));
    const mixed = idsOf((await draw(READING, 'count=5')).json);
    expect(mixed.slice(2)).toEqual([47, 48, 49]);
    const basic = idsOf((await draw(READING, 'count=5&set=basic')).json);
    expect(basic).toHaveLength(5);
    expect(Math.max(...basic)).toBeLessThanOrEqual(46);
    expect(idsOf((await draw({ type: 'katakana', testType: 'reading' }, 'count=5')).json)).toEqual(
      range(1, 5),
    );
    const other = await world.createLearner();
    expect(idsOf((await draw(READING, 'count=5', other.headers)).json)).toEqual(range(1, 5));
  });

  it('takes the weakest of the old ones', async () => {
    await world.submit(learner, READING, range(1, 46));
    await world.submit(learner, READING, [7, 30], false);
    expect(idsOf((await draw(READING, 'count=2&set=basic')).json)).toEqual([7, 30]);
  });

  it('keeps to the set, options included', async () => {
    const { json } = await draw(READING, 'count=104&set=digraph');
    expect(idsOf(json)).toEqual(range(72, 104));
    for (const { wrongOptions } of json) for (const option of wrongOptions) expect(option).toHaveLength(2);
  });

  it('has as many questions as the settings say, 10 without settings', async () => {
    expect((await draw(READING)).json).toHaveLength(10);
    const eager = await world.createLearner({ alphabetLearnCount: 15 });
    expect((await draw(READING, '', eager.headers)).json).toHaveLength(15);
    expect((await draw(READING, 'count=104&set=basic')).json).toHaveLength(46);
  });

  it('writes nothing', async () => {
    await draw(READING);
    expect(await world.skills(learner.userId)).toEqual([]);
  });
});

test('characters without a sound are not asked by listening, but stay wrong options', async () => {
  const { db } = world;
  const silent = await db
    .selectFrom('characters')
    .select(['id', 'audio_media_id'])
    .where('id', '>', 1)
    .execute();
  await db.updateTable('characters').set({ audio_media_id: null }).where('id', '>', 1).execute();
  const { json } = await draw(LISTENING, 'count=104');
  expect(json).toMatchObject([{ id: 1, wrongOptions: [expect.any(String), expect.any(String)] }]);
  expect((await draw(LISTENING, 'set=voiced')).json).toEqual([]);
  // A stored result of a silent character counts among the tested ones, but is not asked.
  await world.submit(learner, LISTENING, range(2, 8));
  expect((await draw(LISTENING, 'count=5')).json).toMatchObject([{ id: 1 }]);
  for (const { id, audio_media_id } of silent) {
    await db.updateTable('characters').set({ audio_media_id }).where('id', '=', id).execute();
  }
});

describe('the refusals', () => {
  it.each([
    ['count=0', 'count'],
    ['count=105', 'count'],
    ['count=', 'count'],
    ['count=05', 'count'],
    ['count=1&count=2', 'count'],
    ['locale=EN', 'locale'],
    ['locale=', 'locale'],
    ['set=Basic', 'set'],
    ['set=basic%20', 'set'],
  ])('%s is 400', async (query, field) => {
    const answer = await draw(LISTENING, query);
    expect(answer).toMatchObject({ status: 400, json: { code: 'validation_failed', details: [{ field }] } });
  });

  it.each([
    ['Hiragana', 'reading', 'type'],
    ['hr', 'reading', 'type'],
    ['hiragana', 'speaking', 'testType'],
  ])('/tests/%s/%s is 400', async (type, testType, field) => {
    expect(await draw({ type, testType })).toMatchObject({
      status: 400,
      json: { code: 'validation_failed', details: [{ field }] },
    });
  });

  it('an unknown parameter is ignored', async () => {
    expect((await draw(READING, 'page=0&count=3')).json).toHaveLength(3);
  });
});
