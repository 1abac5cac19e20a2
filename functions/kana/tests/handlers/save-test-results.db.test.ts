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

const post = (
  body: unknown,
  { skill = READING as { type: string; testType: string }, headers = {} as Record<string, string> } = {},
) =>
  world.call('saveTestResults', {
    pathParameters: { ...skill },
    headers: { ...learner.headers, ...headers },
    body,
  });
const one = (fields: object) => ({ results: [{ characterId: 7, passed: true, ...fields }] });
const skillOf = async (characterId: number) =>
  (await world.skills(learner.userId)).find((row) => row.character_id === characterId);

test('scores what was passed and failed, with answer and time', async () => {
  const answer = await post({
    results: [
      { characterId: 7, passed: true, answer: ' か\u3099 ', testedAt: '2026-03-01T10:30:00.1239+01:00' },
      { characterId: 8, passed: false },
    ],
  });
  expect(answer).toMatchObject({ status: 200, json: { message: 'Test results saved', askForRepeat: false } });
  expect(Object.keys(answer.json)).toHaveLength(2);
  expect(await skillOf(7)).toEqual({
    user_id: learner.userId,
    alphabet: 'hiragana',
    test_type: 'reading',
    character_id: 7,
    mark: '0.6000',
    attempts: 1,
    correct: 1,
    last_answer: 'が',
    last_tested_at: new Date('2026-03-01T09:30:00.123Z'),
  });
  expect(await skillOf(8)).toMatchObject({ mark: '0.0000', attempts: 1, correct: 0, last_answer: null });
});

test('passes in a row climb to mastery, a fail halves', async () => {
  const marks: string[] = [];
  for (const passed of [true, true, true, true, true, false]) {
    await post(one({ passed }));
    marks.push((await skillOf(7))?.mark ?? '');
  }
  expect(marks).toEqual(['0.6000', '0.8400', '0.9360', '0.9744', '0.9898', '0.4949']);
  expect(await skillOf(7)).toMatchObject({ attempts: 6, correct: 5 });
});

test('every alphabet and test type has a mark of its own', async () => {
  for (const type of ['hiragana', 'katakana'])
    for (const testType of ['reading', 'writing', 'listening']) {
      expect((await post(one({}), { skill: { type, testType } })).status).toBe(200);
    }
  const rows = await world.skills(learner.userId);
  expect(rows).toHaveLength(6);
  for (const row of rows) expect(row).toMatchObject({ mark: '0.6000', attempts: 1 });
});

describe('entries', () => {
  it('of one character: only the last counts', async () => {
    await post({
      results: [
        { characterId: 7, passed: true, answer: 'a' },
        { characterId: 7, passed: true, answer: 'b' },
        { characterId: 7, passed: false, answer: 'c' },
      ],
    });
    expect(await skillOf(7)).toMatchObject({ mark: '0.0000', attempts: 1, correct: 0, last_answer: 'c' });
  });

  it('without answer clear the last one; empty counts as absent', async () => {
    await post(one({ answer: 'き' }));
    await post(one({ answer: '  ' }));
    expect(await skillOf(7)).toMatchObject({ last_answer: null });
    await post(one({ answer: 'き'.repeat(20) }));
    await post(one({ answer: null }));
    expect(await skillOf(7)).toMatchObject({ last_answer: null, attempts: 4 });
  });

  it('keep the later time and never go beyond the present', async () => {
    await post(one({ testedAt: '2026-03-02T00:00:00Z' }));
    await post(one({ testedAt: '2026-03-01T00:00:00Z', passed: false }));
    expect(await skillOf(7)).toMatchObject({
      mark: '0.3000',
      last_tested_at: new Date('2026-03-02T00:00:00.000Z'),
    });
    const before = Date.now();
    await post(one({ testedAt: '9999-12-31T23:59:59Z' }));
    const stored = (await skillOf(7))?.last_tested_at.getTime() ?? 0;
    expect(stored).toBeGreaterThanOrEqual(before);
    expect(stored).toBeLessThanOrEqual(Date.now());
    await post({ results: [{ characterId: 9, passed: true, testedAt: '2000-01-01T00:00:00Z' }] });
    expect((await skillOf(9))?.last_tested_at).toEqual(new Date('2000-01-01T00:00:00.000Z'));
  });

  it('are taken up to 200', async () => {
    const results = Array.from({ length: 200 }, (_, index) => ({
      characterId: 1 + (index % 104),
      passed: true,
    }));
    expect((await post({ results })).status).toBe(200);
    expect(await world.skills(learner.userId)).toHaveLength(104);
  });
});

test('a listening result of a character without sound is stored', async () => {
  const { db } = world;
  const before = await db
    .selectFrom('characters')
    .select('audio_media_id')
    .where('id', '=', 7)
    .executeTakeFirst();
  await db.updateTable('characters').set({ audio_media_id: null }).where('id', '=', 7).execute();
  expect((await post(one({}), { skill: { type: 'hiragana', testType: 'listening' } })).status).toBe(200);
  expect(await skillOf(7)).toMatchObject({ test_type: 'listening', mark: '0.6000' });
  await db
    .updateTable('characters')
    .set({ audio_media_id: before?.audio_media_id ?? null })
    .where('id', '=', 7)
    .execute();
});

test('an Idempotency-Key counts a submission once, and belongs to the caller', async () => {
  const headers = { 'idempotency-key': 'test-1' };
  const first = await post(one({}), { headers });
  expect(await post(one({}), { headers })).toMatchObject({ status: 200, json: first.json });
  expect(await skillOf(7)).toMatchObject({ attempts: 1 });
  expect(await post(one({ passed: false }), { headers })).toMatchObject({
    status: 422,
    json: { code: 'idempotency_key_reused' },
  });
  learner = await world.createLearner();
  expect((await post(one({}), { headers })).status).toBe(200);
  expect(await skillOf(7)).toMatchObject({ attempts: 1 });
  expect(await post(one({}), { headers: { 'idempotency-key': 'é' } })).toMatchObject({ status: 400 });
});

describe('unknown characters', () => {
  it('are named one by one, and nothing is stored', async () => {
    const ids = [7, 9999, 8, 4_294_967_296, 9999];
    const answer = await post({ results: ids.map((characterId) => ({ characterId, passed: true })) });
    expect(answer.status).toBe(400);
    expect(answer.json).toMatchObject({ error: 'Unknown characters', code: 'validation_failed' });
    expect(answer.json.details).toEqual(
      [1, 3, 4].map((index) => ({
        field: `results[${index}].characterId`,
        code: 'unknown_character',
        message: `Character ${ids[index]} does not exist`,
      })),
    );
    expect(await world.skills(learner.userId)).toEqual([]);
  });

  it('leave the idempotency key free', async () => {
    const headers = { 'idempotency-key': 'retry' };
    const unknown = { results: [{ characterId: 9999, passed: true }] };
    expect((await post(unknown, { headers })).status).toBe(400);
    expect((await post(one({}), { headers })).status).toBe(200);
  });
});

describe('the refusals', () => {
  it.each([
    ['no results', {}, 'results', 'required'],
    ['an empty list', { results: [] }, 'results', 'too_short'],
    ['no list', { results: 'x' }, 'results', 'invalid_type'],
    ['no id', { results: [{ passed: true }] }, 'results[0].characterId', 'required'],
    ['id 0', one({ characterId: 0 }), 'results[0].characterId', 'too_small'],
    ['half an id', one({ characterId: 1.5 }), 'results[0].characterId', 'invalid_type'],
    ['an id as text', one({ characterId: '7' }), 'results[0].characterId', 'invalid_type'],
    ['no verdict', { results: [{ characterId: 7 }] }, 'results[0].passed', 'required'],
    ['a verdict as text', one({ passed: 'true' }), 'results[0].passed', 'invalid_type'],
    ['a long answer', one({ answer: 'き'.repeat(21) }), 'results[0].answer', 'too_long'],
    ['an old time', one({ testedAt: '1999-12-31T23:59:59.999Z' }), 'results[0].testedAt', 'too_small'],
    [
      'a time without zone',
      one({ testedAt: '2026-03-01T09:30:00' }),
      'results[0].testedAt',
      'invalid_format',
    ],
    ['a date', one({ testedAt: '2026-03-01' }), 'results[0].testedAt', 'invalid_format'],
    ['an unknown flag', { ...one({}), repeat: 'always' }, 'repeat', 'invalid_value'],
  ])('%s', async (_case, body, field, code) => {
    const answer = await post(body);
    expect(answer).toMatchObject({ status: 400, json: { code: 'validation_failed' } });
    expect(answer.json.details).toEqual([{ field, code, message: expect.any(String) }]);
    expect(await world.skills(learner.userId)).toEqual([]);
  });

  it('201 results, and an issue in an entry that would not count', async () => {
    const results = Array.from({ length: 201 }, () => ({ characterId: 7, passed: true }));
    expect((await post({ results })).json.details).toMatchObject([{ field: 'results', code: 'too_long' }]);
    const faulty = {
      results: [
        { characterId: 7, passed: 'no' },
        { characterId: 7, passed: true },
      ],
    };
    expect((await post(faulty)).json.details).toMatchObject([{ field: 'results[0].passed' }]);
  });

  it('unknown alphabets and test types', async () => {
    expect(await post(one({}), { skill: { type: 'kanji', testType: 'reading' } })).toMatchObject({
      status: 400,
      json: { details: [{ field: 'type' }] },
    });
    expect(await post(one({}), { skill: { type: 'hiragana', testType: 'Reading' } })).toMatchObject({
      status: 400,
      json: { details: [{ field: 'testType' }] },
    });
  });

  it('other content types and broken bodies', async () => {
    expect(await post('{}', { headers: { 'content-type': 'text/plain' } })).toMatchObject({ status: 415 });
    expect(await post('[]')).toMatchObject({ status: 400, json: { code: 'malformed_request' } });
  });

  it('an account that went while its token lived', async () => {
    await world.db.deleteFrom('users').where('id', '=', learner.userId).execute();
    expect(await post(one({}))).toMatchObject({ status: 401, json: { code: 'invalid_token' } });
  });
});
