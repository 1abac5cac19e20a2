import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, test } from 'vitest';
import type { SignedInUser } from '#shared/testing/accounts.ts';
import { SERVICE } from '#shared/testing/harness.ts';
import { type LearnerHarness, openLearnerHarness } from '../../testing/learner-harness.ts';

let world: LearnerHarness;
let learner: SignedInUser;
beforeAll(async () => {
  world = await openLearnerHarness({ API_KEY: SERVICE['x-api-key'] });
  await world.seedCatalogue(5);
});
beforeEach(async () => {
  learner = await world.createLearner();
});
afterEach(() => world.at());
afterAll(() => world.close());

type Verb = 'POST' | 'GET';

const drop = (
  headers: Record<string, string> = {},
  { verb = 'POST' as Verb, userId = '', body = undefined as unknown } = {},
) =>
  world.call(verb === 'POST' ? 'lowerMarks' : 'lowerMarksByGet', {
    pathParameters: { userId: userId || String(learner.userId) },
    headers: { ...SERVICE, ...headers },
    body,
  });
const lowered = (affected: number) => ({ status: 200, json: { message: 'Marks lowered', affected } });
const give = async (...marks: string[]) => {
  for (const [index, mark] of marks.entries())
    await world.insertSkill({
      user_id: learner.userId,
      character_id: index + 1,
      mark,
      attempts: 3,
      correct: 2,
    });
};
const marks = async () => (await world.skills(learner.userId)).map(({ mark }) => mark);
const keys = async () =>
  (
    await world.db
      .selectFrom('kana_mark_drops')
      .select(['run_key', 'affected'])
      .where('user_id', '=', learner.userId)
      .orderBy('run_key')
      .execute()
  ).map(({ run_key, affected }) => `${run_key} ${affected}`);

test('every mark above 0 goes down by 0.01, not below 0; nothing else changes', async () => {
  await give('1.0000', '0.9360', '0.0100', '0.0050', '0.0000');
  const stranger = await world.createLearner();
  await world.insertSkill({ user_id: stranger.userId, character_id: 1, mark: '0.5000' });
  const before = await world.skills(learner.userId);
  expect(await drop()).toMatchObject(lowered(4));
  expect(await marks()).toEqual(['0.9900', '0.9260', '0.0000', '0.0000', '0.0000']);
  const rest = (rows: typeof before) => rows.map(({ mark: _mark, ...row }) => row);
  expect(rest(await world.skills(learner.userId))).toEqual(rest(before));
  expect(await world.skills(stranger.userId)).toMatchObject([{ mark: '0.5000' }]);
});

describe('the run key', () => {
  it.each([
    [
      'the header of the task service',
      { 'x-task-run-id': 'run-57', 'idempotency-key': 'other' },
      'run:run-57',
    ],
    ['an idempotency key', { 'idempotency-key': 'abc' }, 'key:abc'],
    [
      'an idempotency key, with an empty run id',
      { 'x-task-run-id': '', 'idempotency-key': 'abc' },
      'key:abc',
    ],
    ['the longest', { 'x-task-run-id': 'x'.repeat(255) }, `run:${'x'.repeat(255)}`],
    ['spaces and marks', { 'x-task-run-id': 'a b~!' }, 'run:a b~!'],
  ])('%s lowers once, whatever the verb', async (_case, headers, key) => {
    await give('0.6000');
    expect(await drop(headers)).toMatchObject(lowered(1));
    expect(await drop(headers)).toMatchObject(lowered(1));
    expect(await drop(headers, { verb: 'GET' })).toMatchObject(lowered(1));
    expect(await marks()).toEqual(['0.5900']);
    expect(await keys()).toEqual([`${key} 1`]);
  });

  it('is the UTC day without headers; other keys do not use it up', async () => {
    await give('0.6000');
    await drop({ 'x-task-run-id': 'a' }, { verb: 'GET' });
    await drop({ 'x-task-run-id': 'b' });
    await drop({ 'idempotency-key': 'a' });
    await drop();
    await drop({}, { verb: 'GET' });
    expect(await marks()).toEqual(['0.5600']);
    const today = new Date().toISOString().slice(0, 10);
    expect(await keys()).toEqual([`day:${today} 1`, 'key:a 1', 'run:a 1', 'run:b 1']);
  });

  it('is case-sensitive and belongs to the user', async () => {
    await give('0.6000');
    await drop({ 'x-task-run-id': 'Run' });
    await drop({ 'x-task-run-id': 'run' });
    expect(await marks()).toEqual(['0.5800']);
    learner = await world.createLearner();
    await give('0.6000');
    await drop({ 'x-task-run-id': 'run' });
    expect(await marks()).toEqual(['0.5900']);
  });

  it('answers as at first, though there is more to lower by now', async () => {
    expect(await drop({ 'x-task-run-id': 'early' })).toMatchObject(lowered(0));
    await give('0.6000');
    expect(await drop({ 'x-task-run-id': 'early' })).toMatchObject(lowered(0));
    expect(await marks()).toEqual(['0.6000']);
  });

  it('is remembered for at least 30 days, and not for ever', async () => {
    await give('0.6000');
    const begun = Date.now();
    const waitDays = (days: number) => world.at(new Date(begun + days * 86_400_000));
    await drop({ 'x-task-run-id': 'year' });
    await waitDays(365 - 31);
    await drop({ 'x-task-run-id': 'month' });
    await waitDays(365);
    await drop({ 'x-task-run-id': 'month' });
    await drop({ 'x-task-run-id': 'new' });
    expect(await marks()).toEqual(['0.5700']);
    expect(await keys()).toEqual(['run:month 1', 'run:new 1']);
  });

  it('is free after a failed call', async () => {
    const { userId } = learner;
    expect(await drop({ 'x-task-run-id': 'x' }, { userId: '4000000000' })).toMatchObject({ status: 404 });
    expect(
      await world.db.selectFrom('kana_mark_drops').where('user_id', '=', 4e9).selectAll().execute(),
    ).toEqual([]);
    await give('0.6000');
    expect(await drop({ 'x-task-run-id': 'x' }, { userId: String(userId) })).toMatchObject(lowered(1));
  });

  it.each([
    ['x-task-run-id', 'X-Task-Run-Id', 'x'.repeat(256)],
    ['x-task-run-id', 'X-Task-Run-Id', 'a\tb'],
    ['x-task-run-id', 'X-Task-Run-Id', 'é'],
    ['idempotency-key', 'Idempotency-Key', 'x'.repeat(256)],
    ['idempotency-key', 'Idempotency-Key', 'キ'],
  ])('%s that is no printable ASCII of 1..255 is 400', async (header, field, value) => {
    await give('0.6000');
    expect(await drop({ [header]: value })).toMatchObject({
      status: 400,
      json: { code: 'validation_failed', details: [{ field }] },
    });
    expect(await marks()).toEqual(['0.6000']);
  });
});

describe('the request', () => {
  it('may have any body, which is not read', async () => {
    expect(await drop({ 'content-type': 'text/plain' }, { body: 'not json' })).toMatchObject(lowered(0));
    expect(await drop({ 'x-task-run-id': 'b' }, { body: { run_id: 1 } })).toMatchObject(lowered(0));
    expect(await drop({ 'x-task-run-id': 'c' }, { body: Buffer.from([0xff]) })).toMatchObject(lowered(0));
  });

  it.each(['0', '-1', '01', 'abc', '1.0', '1e3'])('user id %s is 400', async (userId) => {
    expect(await drop({}, { userId })).toMatchObject({
      status: 400,
      json: { code: 'validation_failed', details: [{ field: 'userId' }] },
    });
  });

  it.each(['4294967295', '4294967296', '99999999999999999999999'])(
    'user id %s does not exist',
    async (userId) => {
      expect(await drop({}, { userId })).toMatchObject({ status: 404, json: { code: 'not_found' } });
    },
  );

  it('does not look at the repeat flag, nor at the state of the account', async () => {
    learner = await world.createLearner({ alphabetRepeat: 'ignore' });
    await give('0.6000');
    const { headers } = await world.signIn(3);
    const pathParameters = { id: String(learner.userId) };
    const disabled = await world.call('updateUser', { pathParameters, headers, body: { active: false } });
    expect(disabled.status).toBe(204);
    expect(await drop()).toMatchObject(lowered(1));
  });

  it('sends no mail', async () => {
    await drop();
    expect(await world.db.selectFrom('immediate_tasks').selectAll().execute()).toEqual([]);
  });

  it('by HEAD is 405', async () => {
    await give('0.6000');
    const pathParameters = { userId: String(learner.userId) };
    const answer = await world.call('lowerMarksByGet', { method: 'HEAD', pathParameters, headers: SERVICE });
    expect(answer.status).toBe(405);
    expect(answer.headers['allow']).toBe('GET, POST, OPTIONS');
    expect(await marks()).toEqual(['0.6000']);
  });
});
