import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type AdminEndpoint,
  openTaskAdminHarness,
  type TaskAdminHarness,
} from '../testing/task-admin-harness.ts';
import { newRecipient } from '../testing/task-harness.ts';

let world: TaskAdminHarness;
let call: Record<'list' | 'get' | 'create' | 'update' | 'remove' | 'retry' | 'retryMany', AdminEndpoint>;
beforeAll(async () => {
  world = await openTaskAdminHarness();
  call = {
    list: world.endpoint('listImmediateTasks'),
    create: world.endpoint('createImmediateTaskFromTemplate'),
    retryMany: world.endpoint('retryImmediateTasks'),
    get: world.endpoint('getImmediateTask'),
    update: world.endpoint('updateImmediateTask'),
    remove: world.endpoint('deleteImmediateTask'),
    retry: world.endpoint('retryImmediateTask'),
  };
});
afterAll(() => world.close());

const first = (id: number) => ({ id, round: 1, attempt: 1 });
const UNKNOWN = 4_000_000_000_000;
const valid = { template_id: 1, user_id: 7, content: 'ann@example.com;https://x.jp/v' };
const TIME = expect.stringMatching(/^\d{4}-\d{2}-\d{2}T.*\.\d{3}Z$/);
const idsOf = (answer: { json: { id: number }[] }) => answer.json.map(({ id }) => id);

test.each([
  ['get', undefined],
  ['update', { user_id: 1 }],
  ['remove', undefined],
  ['retry', undefined],
] as const)('%s: 404 for an id that does not exist, 400 for what is none', async (name, body) => {
  expect((await call[name]({ id: UNKNOWN, body })).json.code).toBe('not_found');
  for (const id of ['0', 'x', '01', '-1', '9007199254740992']) {
    const { status, json } = await call[name]({ id, body });
    expect([status, json.details[0].field]).toEqual([400, 'id']);
  }
});

describe('creating', () => {
  test('is a task that is due now, and its job', async () => {
    const answer = await call.create({ body: valid });
    const { id } = answer.json;
    expect(answer.status).toBe(201);
    expect(answer.json).toEqual({ id, message: 'immediate task created successfully' });
    expect(answer.headers['location']).toBe(`/api/v6/admin/immediate-tasks/${id}`);
    expect(await world.job(first(id))).toBeDefined();
    expect(await world.task(id)).toMatchObject({ template_id: 1, user_id: 7, status: 'Enqueued' });
  });

  test('happens once for an Idempotency-Key', async () => {
    const headers = { ...(await world.tokenOf(3)), 'idempotency-key': 'task-1' };
    const [one, two] = [
      await call.create({ body: valid, headers }),
      await call.create({ body: valid, headers }),
    ];
    expect(two.json).toEqual(one.json);
  });

  test.each([
    ['template_id', 'required', { template_id: undefined }],
    ['template_id', 'too_small', { template_id: 0 }],
    ['template_id', 'too_big', { template_id: 2_147_483_648 }],
    ['template_id', 'unknown_reference', { template_id: 2_147_483_647 }],
    ['user_id', 'too_small', { user_id: -1 }],
    ['content', 'required', { content: undefined }],
    ['content', 'invalid_recipient', { content: 'ann;x' }],
    ['content', 'too_few_variables', { content: 'ann@example.com' }],
  ])('is refused: %s %s', async (field, code, change) => {
    const { status, json } = await call.create({ body: { ...valid, ...change } });
    expect([status, json.details]).toMatchObject([400, [{ field, code }]]);
  });
});

describe('one task', () => {
  test('before its first attempt, its variables hidden', async () => {
    const recipient = newRecipient();
    const id = await world.create({ recipient, variables: ['secret', 'more;secrets'] });
    const answer = await call.get({ id });
    expect(answer.json).toEqual({
      id,
      user_id: 7,
      template_id: 1,
      created_at: TIME,
      status: 'Enqueued',
      content: `${recipient};[hidden];[hidden]`,
      sensitive: true,
      content_redacted: false,
      attempts: 0,
      next_attempt_at: TIME,
      history: [],
    });
    expect(answer.text).not.toContain('secret"');
  });

  test('while it runs', async () => {
    const recipient = 'slow@example.com';
    world.sink.behave((_, address) => (address === recipient ? 'hang' : 'accept'));
    const id = await world.create({ recipient });
    const working = world.work([first(id)]);
    await expect.poll(async () => (await call.get({ id })).json.attempts).toBe(1);
    const { json } = await call.get({ id });
    expect(json.status).toBe('Enqueued');
    expect(json.history).toEqual([{ round: 1, attempt: 1, started_at: TIME }]);
    await working;
    world.sink.behave(() => 'accept');
  });

  test('after a failure and after success', async () => {
    const recipient = newRecipient();
    world.sink.behave((stage) => (stage === 'recipient' ? { code: 450, text: 'later' } : 'accept'));
    const id = await world.create({ recipient });
    await world.work([first(id)]);
    const failed = { round: 1, attempt: 1, outcome: 'Failed', error: 'smtp_error: 450 later' };
    const once = (await call.get({ id })).json;
    expect(once).toMatchObject({ status: 'Enqueued', attempts: 1, error: 'smtp_error: 450 later' });
    expect(once).toHaveProperty('next_attempt_at');
    expect(once).not.toHaveProperty('completed_at');
    expect(once.history).toEqual([{ ...failed, started_at: TIME, finished_at: TIME }]);
    world.sink.behave(() => 'accept');
    await world.inSeconds(20, () => world.work([{ id, round: 1, attempt: 2 }]));
    const twice = (await call.get({ id })).json;
    expect(twice).toMatchObject({
      status: 'Completed',
      attempts: 2,
      content: recipient,
      content_redacted: true,
      completed_at: TIME,
    });
    expect(twice).not.toHaveProperty('next_attempt_at');
    expect(twice).not.toHaveProperty('error');
    expect(twice.history.map(({ outcome }: { outcome: string }) => outcome)).toEqual(['Failed', 'Completed']);
  });

  test('shows the content of one that is not sensitive, and nothing of one that is unreadable', async () => {
    const recipient = newRecipient();
    const clear = await world.create({ slug: 'email_changed_notice', recipient, variables: ['h***'] });
    expect((await call.get({ id: clear })).json.content).toBe(`${recipient};h***`);
    const damaged = await world.create();
    await world.change(damaged, { content: 'v1:damaged' });
    expect((await call.get({ id: damaged })).json.content).toBe('');
  });

  test('shows the newest 50 attempts, oldest first', async () => {
    const id = await world.create();
    await sql`INSERT INTO task_attempts (task_id, round_no, attempt, started_at)
      SELECT ${id}, 1 + (seq - 1) DIV 5, 1 + (seq - 1) MOD 5, UTC_TIMESTAMP(3) FROM seq_1_to_60`.execute(
      world.resources.db,
    );
    const { history } = (await call.get({ id })).json;
    expect(history.length).toBe(50);
    expect(history[0]).toMatchObject({ round: 3, attempt: 1 });
    expect(history.at(-1)).toMatchObject({ round: 12, attempt: 5 });
  });

  test('is deleted with its history, and not executed any more', async () => {
    const recipient = newRecipient();
    const id = await world.create({ recipient });
    expect((await call.remove({ id })).status).toBe(204);
    expect((await call.remove({ id })).status).toBe(404);
    await world.work([first(id)]);
    expect(world.mailsTo(recipient)).toEqual([]);
  });
});

describe('the list', () => {
  const seeded: Record<string, number> = {};
  beforeAll(async () => {
    const times = { early: '2021-01-01', middle: '2021-06-01', late: '2021-12-01' };
    try {
      for (const [name, date] of Object.entries(times)) {
        await world.resources.at(new Date(`${date}T00:00:00.000Z`));
        seeded[name] = await world.create({ userId: 501 });
      }
    } finally {
      await world.resources.at();
    }
    await world.change(seeded['early'] ?? 0, { status: 'Failed', error: 'smtp_error: 100%_Äh\\' });
    await world.change(seeded['middle'] ?? 0, { template_id: null, user_id: 0 });
  });

  const found = async (query: Record<string, string>) => {
    const window = { created_after: '2021-01-01T00:00:00Z', created_before: '2022-01-01T00:00:00Z' };
    const answer = await call.list({ query: new URLSearchParams({ ...window, ...query }).toString() });
    return idsOf(answer).map((id) => Object.keys(seeded).find((name) => seeded[name] === id));
  };

  test('is newest first, and tells what is absent', async () => {
    expect(await found({})).toEqual(['late', 'middle', 'early']);
    expect(await found({ count: '2', page: '2' })).toEqual(['early']);
    const { json, headers } = await call.list({
      query: 'created_after=2021-06-01T00:00:00Z&created_before=2021-06-02T00:00:00Z',
    });
    expect(json).toEqual([
      { id: seeded['middle'], user_id: 0, created_at: '2021-06-01T00:00:00.000Z', status: 'Enqueued' },
    ]);
    expect(headers['x-total-count']).toBe('1');
  });

  test.each<[string, Record<string, string>, string[]]>([
    ['user', { user_id: '501' }, ['late', 'early']],
    ['no user', { user_id: '0' }, ['middle']],
    ['template', { template_id: '1' }, ['late', 'early']],
    ['status', { status: 'Failed' }, ['early']],
    ['error', { search: 'SMTP_ERROR: 100%_äh\\' }, ['early']],
    ['no wildcard', { search: 'smtp%' }, []],
    ['created_after, inclusive', { created_after: '2021-06-01T00:00:00Z' }, ['late', 'middle']],
    ['created_before, exclusive', { created_before: '2021-06-01T00:00:00Z' }, ['early']],
    ['an offset', { created_after: '2021-06-01T09:00:00+09:00' }, ['late', 'middle']],
    ['all at once', { user_id: '501', template_id: '1', status: 'Enqueued' }, ['late']],
  ])('filters by %s', async (_, query, expected) => {
    expect(await found(query)).toEqual(expected);
  });

  test.each([
    ['page', 'page=0'],
    ['count', 'count=101'],
    ['user_id', 'user_id=-1'],
    ['user_id', 'user_id=2147483648'],
    ['template_id', 'template_id=0'],
    ['status', 'status=failed'],
    ['search', 'search='],
    ['search', `search=${'x'.repeat(101)}`],
    ['created_after', 'created_after=yesterday'],
    ['created_before', 'created_before=2021-06-01'],
  ])('refuses a bad %s', async (field, query) => {
    const { status, json } = await call.list({ query });
    expect([status, json.details.map((one: { field: string }) => one.field)]).toEqual([400, [field]]);
  });
});

describe('a retry of one', () => {
  test('is a new round that is due now, its history kept', async () => {
    const recipient = newRecipient();
    const id = await world.create({ slug: 'notify_alphabet', recipient, variables: [] });
    await world.work([first(id)]);
    const answer = await call.retry({ id });
    expect([answer.status, answer.json]).toEqual([202, { requeued: 1 }]);
    expect(await world.task(id)).toMatchObject({
      status: 'Enqueued',
      round_no: 2,
      attempts: 0,
      completed_at: null,
    });
    const second = { id, round: 2, attempt: 1 };
    expect((await world.job(second))?.data).toEqual(second);
    await world.work([second]);
    expect(world.mailsTo(recipient).map(({ messageId }) => messageId)).toEqual([
      `<task-${id}-1@example.org>`,
      `<task-${id}-2@example.org>`,
    ]);
    expect((await call.get({ id })).json.history).toMatchObject([{ round: 1 }, { round: 2 }]);
  });

  test('is refused while it is open, and where no mail can be made of it', async () => {
    const id = await world.create();
    expect(await call.retry({ id })).toMatchObject({ status: 409, json: { code: 'already_enqueued' } });
    await world.work([first(id)]);
    expect(await call.retry({ id })).toMatchObject({ status: 409, json: { code: 'not_renderable' } });
    const orphan = await world.create({ slug: 'notify_alphabet', variables: [] });
    await world.change(orphan, { status: 'Failed', next_attempt_at: null, template_id: null });
    expect(await call.retry({ id: orphan })).toMatchObject({ json: { code: 'not_renderable' } });
  });

  test('twice with one Idempotency-Key is one round', async () => {
    const id = await world.create({ slug: 'notify_alphabet', variables: [] });
    await world.work([first(id)]);
    const headers = { ...(await world.tokenOf(3)), 'idempotency-key': 'retry-1' };
    const [one, two] = [await call.retry({ id, headers }), await call.retry({ id, headers })];
    expect([one.status, two.status]).toEqual([202, 202]);
    expect(await world.task(id)).toMatchObject({ round_no: 2 });
  });
});

describe('a retry of many', () => {
  const failed = async (count: number, templateId: number, createdAt?: Date): Promise<number[]> => {
    const ids: number[] = [];
    try {
      await world.resources.at(createdAt);
      for (let index = 0; index < count; index++) {
        const id = await world.create();
        const state = { status: 'Failed' as const, next_attempt_at: null, completed_at: new Date() };
        await world.change(id, { ...state, template_id: templateId, error: 'x' });
        ids.push(id);
      }
    } finally {
      await world.resources.at();
    }
    return ids;
  };

  test('takes the oldest, passes over what cannot run, and hands over their jobs', async () => {
    const template = await world.createTemplate();
    const [a = 0, b = 0, c = 0, d = 0] = await failed(4, template);
    await world.change(b, { content: 'v1:damaged' });
    const body = { status: 'Failed', template_id: template, limit: 2 };
    const answer = await call.retryMany({ body });
    expect([answer.status, answer.json]).toEqual([202, { requeued: 2, skipped: 1 }]);
    const rows = await Promise.all([a, b, c, d].map(world.task));
    expect(rows.map(({ status, round_no }) => `${status} ${round_no}`)).toEqual([
      'Enqueued 2',
      'Failed 1',
      'Enqueued 2',
      'Failed 1',
    ]);
    expect(rows[0]).toMatchObject({ error: null, completed_at: null, attempts: 0 });
    expect(await world.job({ id: c, round: 2, attempt: 1 })).toBeDefined();
    expect((await call.retryMany({ body })).json).toEqual({ requeued: 1, skipped: 1 });
  });

  test('by creation', async () => {
    const template = await world.createTemplate();
    const [old = 0] = await failed(1, template, new Date('2022-01-01T00:00:00Z'));
    const [young = 0] = await failed(1, template, new Date('2022-02-01T00:00:00Z'));
    const body = { status: 'Failed', template_id: template, created_after: '2022-02-01T00:00:00Z' };
    expect((await call.retryMany({ body })).json).toEqual({ requeued: 1, skipped: 0 });
    expect([(await world.task(old)).status, (await world.task(young)).status]).toEqual([
      'Failed',
      'Enqueued',
    ]);
  });

  test('goes through more than one batch', async () => {
    const template = await world.createTemplate({ body: 'none' });
    await sql`INSERT INTO immediate_tasks
      (template_id, content, is_sensitive, status, completed_at, created_at, updated_at)
      SELECT ${template}, 'ann@example.com', 0, 'Failed', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3), UTC_TIMESTAMP(3)
      FROM seq_1_to_2500`.execute(world.resources.db);
    const body = { status: 'Failed', template_id: template, limit: 2_100 };
    expect((await call.retryMany({ body })).json).toEqual({ requeued: 2_100, skipped: 0 });
    expect((await call.retryMany({ body })).json).toEqual({ requeued: 400, skipped: 0 });
    expect((await call.retryMany({ body })).json).toEqual({ requeued: 0, skipped: 0 });
  });

  test.each([
    ['status', {}],
    ['status', { status: 'Completed' }],
    ['template_id', { template_id: 0 }],
    ['created_after', { created_after: '2022' }],
    ['limit', { limit: 0 }],
    ['limit', { limit: 10_001 }],
  ])('refuses a bad %s', async (field, change) => {
    const body = 'status' in change || field !== 'status' ? { status: 'Failed', ...change } : {};
    const { status, json } = await call.retryMany({ body });
    expect([status, json.details[0].field]).toEqual([400, field]);
  });
});
