import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { newUrl, openScheduledHarness, type ScheduledHarness } from '../testing/scheduled-harness.ts';
import type { AdminEndpoint } from '../testing/task-admin-harness.ts';

let world: ScheduledHarness;
let endpoints: Record<'create' | 'remove' | 'get' | 'nextRuns' | 'list' | 'run' | 'update', AdminEndpoint>;
beforeAll(async () => {
  world = await openScheduledHarness();
  const at = world.endpoint;
  endpoints = {
    create: at('createScheduledTaskFromTemplate'),
    remove: at('deleteScheduledTask'),
    get: at('getScheduledTask'),
    nextRuns: at('listNextRuns'),
    list: at('listScheduledTasks'),
    run: at('runScheduledTask'),
    update: at('updateScheduledTask'),
  };
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.resources.db.deleteFrom('scheduled_tasks').execute();
});

const issuesOf = (answer: { status: number; json: { details?: { field: string; code: string }[] } }) => [
  answer.status,
  ...(answer.json.details ?? []).map(({ field, code }) => `${field}: ${code}`),
];

describe('every endpoint', () => {
  test.each(['remove', 'get', 'nextRuns', 'run', 'update'] as const)(
    '%s: 404 and 400 for the id',
    async (name) => {
      const body = name === 'update' ? { active: true } : undefined;
      expect((await endpoints[name]({ id: 4_000_000, body })).status).toBe(404);
      expect(issuesOf(await endpoints[name]({ id: '0', body }))).toEqual([400, 'id: too_small']);
      expect((await endpoints[name]({ id: 'x', body })).status).toBe(400);
    },
  );
});

describe('GET', () => {
  test('an object has all keys that are set, and none that is not', async () => {
    const [previous, next] = [await world.clock(-60), await world.clock(3_600)];
    const id = await world.insertTask({
      ...{ user_id: 7, template_id: 4, url: 'https://api.example.com/hook', content: 'ann@example.com' },
      ...{ timezone: 'Asia/Tokyo', next_run: next, previous_run: previous },
    });
    const { created_at } = await world.scheduled(id);
    const answer = await endpoints.get({ id });
    expect(answer.json).toEqual({
      ...{ id, user_id: 7, template_id: 4, url: 'https://api.example.com/hook', active: true, method: 'GET' },
      ...{ content: 'ann@example.com', cron: '0 0 * * *', timezone: 'Asia/Tokyo', catch_up: 'last' },
      created_at: created_at.toISOString(),
      next_run: next.toISOString(),
      previous_run: previous.toISOString(),
    });
    const bare = await endpoints.get({ id: await world.insertTask({ url: null }) });
    expect(Object.keys(bare.json).sort()).toEqual([
      'active',
      'catch_up',
      'content',
      'created_at',
      'cron',
      'id',
      'method',
      'next_run',
      'timezone',
    ]);
  });

  test('next_run is the earliest due instant whose run has not started', async () => {
    const [early, late, next] = [await world.clock(10), await world.clock(20), await world.clock(90)];
    const id = await world.insertTask({ next_run: next });
    await world.insertRun(id, { due_at: await world.clock(-9), attempts: 1 });
    await world.insertRun(id, { due_at: late });
    const first = await world.insertRun(id, { due_at: early });
    await world.insertRun(id, { trigger_kind: 'manual' });
    const shown = async () => (await endpoints.get({ id })).json.next_run;
    expect(await shown()).toBe(early.toISOString());
    expect((await endpoints.list()).json[0].next_run).toBe(early.toISOString());
    await world.changeRun(first, { attempts: 1 });
    expect(await shown()).toBe(late.toISOString());
    await world.changeTask(id, { active: 0 });
    expect(await shown()).toBe(next.toISOString());
  });

  test('a list is filtered, paged, newest first', async () => {
    const at = await world.clock(-100);
    const ids: number[] = [];
    for (const columns of [
      { user_id: 1, created_at: at },
      { user_id: 1, active: 0, created_at: at },
      { user_id: 2, template_id: 4, content: 'a@example.com' },
    ]) {
      ids.push(await world.insertTask(columns));
    }
    const listed = async (query: string) =>
      (await endpoints.list({ query })).json.map(({ id }: { id: number }) => id);
    const [one, two, three] = ids;
    expect(await listed('')).toEqual([three, two, one]);
    expect(await listed('user_id=1')).toEqual([two, one]);
    expect(await listed('template_id=4')).toEqual([three]);
    expect([await listed('active=true'), await listed('active=1')]).toEqual([
      [three, one],
      [three, one],
    ]);
    expect([await listed('active=false'), await listed('active=0')]).toEqual([[two], [two]]);
    const page = await endpoints.list({ query: 'count=2&page=2' });
    expect(page.json.map(({ id }: { id: number }) => id)).toEqual([one]);
    expect(page.headers['x-total-count']).toBe('3');
    expect(page.json[0]).not.toHaveProperty('cron');
  });

  test.each(['active=yes', 'user_id=0', 'template_id=x', 'count=101', 'page=0', 'user_id=1&user_id=2'])(
    'a list refuses %s',
    async (query) => {
      expect((await endpoints.list({ query })).status).toBe(400);
    },
  );

  test('next runs: next_run if it is in the future, then occurrences', async () => {
    const next = await world.clock(600);
    const id = await world.insertTask({
      cron: '0 0 * * *',
      timezone: 'Asia/Tokyo',
      next_run: next,
      active: 0,
    });
    const { json } = await endpoints.nextRuns({ id, query: 'count=3' });
    expect(json).toHaveLength(3);
    expect(json[0]).toBe(next.toISOString());
    for (const run of json.slice(1)) expect(run).toMatch(/T15:00:00\.000Z$/);
    // Eleven minutes later that instant has passed.
    await world.inSeconds(660, async () => {
      const now = await world.clock();
      const late = (await endpoints.nextRuns({ id })).json;
      expect(late).toHaveLength(10);
      expect(late).not.toContainEqual(expect.not.stringMatching(/T15:00:00\.000Z$/));
      expect(Date.parse(late[0])).toBeGreaterThan(now.getTime());
      expect((await endpoints.nextRuns({ id, query: 'count=51' })).status).toBe(400);
      await world.changeTask(id, { cron: '0 0 30 2 *' });
      expect((await endpoints.nextRuns({ id })).json).toEqual([]);
    });
  });
});

describe('POST', () => {
  test('creates as the service endpoint does, and refuses an existing pair', async () => {
    const body = { template_id: 4, content: 'ann@example.com', url: newUrl(), cron: '@daily', user_id: 3 };
    const answer = await endpoints.create({ body });
    expect(answer.status).toBe(201);
    expect(answer.json).toEqual({ id: answer.json.id, message: 'scheduled task created successfully' });
    expect(answer.headers['location']).toBe(`/api/v6/admin/scheduled-tasks/${answer.json.id}`);
    const again = await endpoints.create({ body });
    expect([again.status, again.json.code]).toEqual([409, 'task_exists']);
    expect(again.json.details).toMatchObject([{ field: 'url' }]);
    expect((await endpoints.create({ body: { ...body, url: undefined } })).status).toBe(201);
  });

  test.each([
    ['template_id: unknown_reference', { template_id: 4_000_000, content: 'a@example.com' }],
    ['template_id: too_small', { template_id: 0, content: 'a@example.com' }],
    ['content: required', { template_id: 4 }],
    ['content: too_few_variables', { template_id: 1, content: 'a@example.com' }],
    ['url: url_not_allowed', { url: 'http://[::1]/' }],
    ['cron: cron_never_fires', { cron: '0 0 31 4 *' }],
  ])('%s', async (issue, change) => {
    expect(issuesOf(await endpoints.create({ body: { url: newUrl(), cron: '@daily', ...change } }))).toEqual([
      400,
      issue,
    ]);
  });

  test('without template and url: on both fields', async () => {
    expect(issuesOf(await endpoints.create({ body: { cron: '@daily' } }))).toEqual([
      400,
      'template_id: required',
      'url: required',
    ]);
  });

  test('run: a manual run that is due now, next_run stays', async () => {
    const id = await world.insertTask();
    const before = await world.scheduled(id);
    const answer = await endpoints.run({ id });
    expect([answer.status, answer.json]).toEqual([202, { run_id: expect.any(Number) }]);
    expect(await world.runs(id)).toMatchObject([
      { id: answer.json.run_id, trigger_kind: 'manual', due_at: null, status: 'Pending', attempts: 0 },
    ]);
    expect(await world.runJob({ id: answer.json.run_id, attempt: 1 })).toMatchObject({ delay: 0 });
    expect(await world.scheduled(id)).toEqual(before);
    await world.changeTask(id, { active: 0 });
    const refused = await endpoints.run({ id });
    expect([refused.status, refused.json.code]).toEqual([409, 'task_inactive']);
  });
});

describe('DELETE', () => {
  test('takes the runs along and leaves the logs', async () => {
    const id = await world.insertTask();
    const runId = await world.insertRun(id);
    await world.resources.db
      .insertInto('scheduled_task_logs')
      .values({
        task_id: id,
        job_id: `run-${runId}`,
        attempt: 1,
        status: 'Failed',
        created_at: await world.clock(),
      })
      .execute();
    expect((await endpoints.remove({ id })).status).toBe(204);
    expect((await endpoints.remove({ id })).status).toBe(404);
    expect(await world.runs(id)).toEqual([]);
    expect(await world.logs(runId)).toMatchObject([{ task_id: null }]);
    expect(await world.workRuns([{ id: runId, attempt: 1 }])).toEqual({ batchItemFailures: [] });
  });

  const removeOfUser = (body: unknown, headers: Record<string, string> = { 'x-api-key': 'service-key' }) =>
    world.resources.call('deleteScheduledTasksOfUser', { body, headers });

  test('by user: all of that user, and of no other', async () => {
    const [mine, also, other] = [
      await world.insertTask({ user_id: 7 }),
      await world.insertTask({ user_id: 7, active: 0 }),
      await world.insertTask({ user_id: 8 }),
    ];
    const nobodys = await world.insertTask();
    await world.insertRun(mine);
    expect((await removeOfUser({ user_id: 7 })).status).toBe(204);
    for (const id of [mine, also]) await expect(world.scheduled(id)).rejects.toThrow();
    expect((await removeOfUser({ userId: 7 })).status).toBe(204);
    expect((await removeOfUser({ userId: 8, user_id: 8 })).status).toBe(204);
    await expect(world.scheduled(other)).rejects.toThrow();
    expect(await world.scheduled(nobodys)).toMatchObject({ user_id: null });
  });

  test.each([
    ['user_id: required', {}],
    ['user_id: too_small', { user_id: 0 }],
    ['userId: too_small', { userId: -1 }],
    ['user_id: invalid_type', { user_id: '7' }],
    ['user_id: contradiction', { user_id: 7, userId: 8 }],
  ])('by user: %s', async (issue, body) => {
    expect(issuesOf(await removeOfUser(body))).toEqual([400, issue]);
  });

  test('by user: needs the key', async () => {
    expect((await removeOfUser({ user_id: 7 }, {})).json.code).toBe('invalid_api_key');
  });
});
