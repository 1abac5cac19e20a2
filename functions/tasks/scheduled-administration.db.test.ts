import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { invoke } from '#shared/testing/invoke.ts';
import { handler as createHandler } from './handlers/create-scheduled-task-from-template.ts';
import { handler as deleteHandler } from './handlers/delete-scheduled-task.ts';
import { handler as deleteOfUserHandler } from './handlers/delete-scheduled-tasks-of-user.ts';
import { handler as getHandler } from './handlers/get-scheduled-task.ts';
import { handler as nextRunsHandler } from './handlers/list-next-runs.ts';
import { handler as listHandler } from './handlers/list-scheduled-tasks.ts';
import { handler as runHandler } from './handlers/run-scheduled-task.ts';
import { handler as updateHandler } from './handlers/update-scheduled-task.ts';
import { type AdminEndpoint, refusalsOfStrangers, STRANGERS_REFUSED } from './testing/admin-world.ts';
import { newUrl, openScheduledWorld, type ScheduledWorld } from './testing/scheduled-world.ts';

let world: ScheduledWorld;
let endpoints: Record<'create' | 'remove' | 'get' | 'nextRuns' | 'list' | 'run' | 'update', AdminEndpoint>;
beforeAll(async () => {
  world = await openScheduledWorld();
  const at = world.endpoint;
  endpoints = {
    create: at(createHandler, 'POST /scheduled-tasks'),
    remove: at(deleteHandler, 'DELETE /scheduled-tasks/{id}'),
    get: at(getHandler, 'GET /scheduled-tasks/{id}'),
    nextRuns: at(nextRunsHandler, 'GET /scheduled-tasks/{id}/next-runs'),
    list: at(listHandler, 'GET /scheduled-tasks'),
    run: at(runHandler, 'POST /scheduled-tasks/{id}/run'),
    update: at(updateHandler, 'PATCH /scheduled-tasks/{id}'),
  };
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.resources.db.deleteFrom('scheduled_tasks').execute();
});

const faultsOf = (answer: { status: number; json: { details?: { field: string; code: string }[] } }) => [
  answer.status,
  ...(answer.json.details ?? []).map(({ field, code }) => `${field}: ${code}`),
];

describe('every endpoint', () => {
  test.each(['create', 'remove', 'get', 'nextRuns', 'list', 'run', 'update'] as const)(
    '%s is for administrators',
    async (name) => {
      const id = await world.insertTask();
      const body =
        name === 'create'
          ? { url: newUrl(), cron: '@daily' }
          : name === 'update'
            ? { active: true }
            : undefined;
      expect(await refusalsOfStrangers(world, endpoints[name], { id, body })).toEqual(STRANGERS_REFUSED);
    },
  );

  test.each(['remove', 'get', 'nextRuns', 'run', 'update'] as const)(
    '%s: 404 and 400 for the id',
    async (name) => {
      const body = name === 'update' ? { active: true } : undefined;
      expect((await endpoints[name]({ id: 4_000_000, body })).status).toBe(404);
      expect(faultsOf(await endpoints[name]({ id: '0', body }))).toEqual([400, 'id: too_small']);
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
    await world.changeTask(id, { next_run: await world.clock(-600) });
    const late = (await endpoints.nextRuns({ id })).json;
    expect(late).toHaveLength(10);
    expect(late).not.toContainEqual(expect.not.stringMatching(/T15:00:00\.000Z$/));
    expect(Date.parse(late[0])).toBeGreaterThan(Date.now());
    expect((await endpoints.nextRuns({ id, query: 'count=51' })).status).toBe(400);
    await world.changeTask(id, { cron: '0 0 30 2 *' });
    expect((await endpoints.nextRuns({ id })).json).toEqual([]);
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
  ])('%s', async (fault, change) => {
    expect(faultsOf(await endpoints.create({ body: { url: newUrl(), cron: '@daily', ...change } }))).toEqual([
      400,
      fault,
    ]);
  });

  test('without template and url: on both fields', async () => {
    expect(faultsOf(await endpoints.create({ body: { cron: '@daily' } }))).toEqual([
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
    invoke(deleteOfUserHandler, { method: 'DELETE', path: '/api/v6/tasks/scheduled/by-user', body, headers });

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
  ])('by user: %s', async (fault, body) => {
    expect(faultsOf(await removeOfUser(body))).toEqual([400, fault]);
  });

  test('by user: needs the key', async () => {
    expect((await removeOfUser({ user_id: 7 }, {})).json.code).toBe('invalid_api_key');
  });
});

describe('PATCH', () => {
  const MINUTE_MS = 60_000;
  const claimed = async () => {
    const due = await world.clock(30);
    const id = await world.insertTask({ cron: '* * * * *', next_run: await world.clock(150) });
    const waiting = await world.insertRun(id, { due_at: due, next_attempt_at: due });
    const later = await world.insertRun(id, { due_at: await world.clock(60) });
    const started = await world.insertRun(id, { due_at: await world.clock(-30), attempts: 1 });
    const manual = await world.insertRun(id, { trigger_kind: 'manual' });
    return { id, due, waiting, later, started, manual };
  };
  const idsOf = async (id: number) => (await world.runs(id)).map((run) => run.id).sort((a, b) => a - b);
  const sorted = (...ids: number[]) => ids.sort((a, b) => a - b);

  test('changes what is sent and clears what is emptied', async () => {
    const url = newUrl();
    const id = await world.insertTask({ user_id: 7, template_id: 4, content: 'a@example.com', url });
    const before = await world.scheduled(id);
    const patch = async (body: unknown) => expect((await endpoints.update({ id, body })).status).toBe(204);
    await patch({ method: 'POST', content: 'b@example.com', catch_up: 'skip', user_id: 0 });
    expect(await world.scheduled(id)).toMatchObject({
      ...{ method: 'POST', content: 'b@example.com', catch_up: 'skip', user_id: null, url },
      next_run: before.next_run,
    });
    await patch({ template_id: 0, content: '' });
    expect(await world.scheduled(id)).toMatchObject({ template_id: null, content: '' });
    await patch({ template_id: 4, content: 'c@example.com', url: '', user_id: 9 });
    expect(await world.scheduled(id)).toMatchObject({ template_id: 4, url: null, user_id: 9 });
    await patch({ user_id: 9 });
  });

  test('refuses what the merged row must not be', async () => {
    const url = newUrl();
    const id = await world.insertTask({ template_id: 4, content: 'a@example.com', url });
    const faults = async (body: unknown) => faultsOf(await endpoints.update({ id, body }));
    expect(await faults({ url: '', template_id: 0 })).toEqual([
      400,
      'template_id: required',
      'url: required',
    ]);
    expect(await faults({ template_id: 1 })).toEqual([400, 'content: too_few_variables']);
    expect(await faults({ template_id: 4_000_000 })).toEqual([400, 'template_id: unknown_reference']);
    expect(await faults({ url: 'http://192.168.0.1/' })).toEqual([400, 'url: url_not_allowed']);
    expect(await faults({ content: 'nobody' })).toEqual([400, 'content: invalid_recipient']);
    expect(await faults({ cron: '0 0 30 2 *' })).toEqual([400, 'cron: cron_never_fires']);
    expect(await faults({ cron: 'x' })).toEqual([400, 'cron: invalid_cron']);
    expect(await faults({ timezone: 'x' })).toEqual([400, 'timezone: unknown_timezone']);
    expect(await faults({ next_run: 'tomorrow' })).toEqual([400, 'next_run: invalid_format']);
    const year = 366 * 86_400;
    expect(await faults({ next_run: (await world.clock(-year)).toISOString() })).toEqual([
      400,
      'next_run: out_of_range',
    ]);
    expect(await faults({ next_run: (await world.clock(5 * year)).toISOString() })).toEqual([
      400,
      'next_run: out_of_range',
    ]);
    expect((await faults({})).slice(0, 1)).toEqual([400]);
    const row = await world.scheduled(id);
    const other = await world.insertTask({});
    const taken = await endpoints.update({ id: other, body: { url } });
    expect([taken.status, taken.json.code]).toEqual([409, 'task_exists']);
    expect((await endpoints.update({ id, body: { url } })).status).toBe(204);
    expect(await world.scheduled(id)).toEqual({ ...row, updated_at: expect.any(Date) });
  });

  test('a changed cron withdraws runs that have not started and begins anew', async () => {
    const { id, started, manual } = await claimed();
    await endpoints.update({ id, body: { cron: '0 0 1 1 *' } });
    expect(await idsOf(id)).toEqual(sorted(started, manual));
    expect((await world.scheduled(id)).next_run.toISOString()).toMatch(/-01-01T00:00:00\.000Z$/);
  });

  test('the stored cron, sent again, changes nothing', async () => {
    const { id, waiting, later, started, manual } = await claimed();
    const before = await world.scheduled(id);
    await endpoints.update({ id, body: { cron: '* * * * *', timezone: 'UTC', active: true } });
    expect(await idsOf(id)).toEqual(sorted(waiting, later, started, manual));
    expect((await world.scheduled(id)).next_run).toEqual(before.next_run);
  });

  test('deactivation goes back to the earliest withdrawn run, activation goes on from there', async () => {
    const { id, due, started, manual } = await claimed();
    await endpoints.update({ id, body: { active: false } });
    expect(await idsOf(id)).toEqual(sorted(started, manual));
    expect(await world.scheduled(id)).toMatchObject({ active: 0, next_run: due });
    await endpoints.update({ id, body: { active: true } });
    const dueAt = (await world.runs(id)).map(({ due_at }) => due_at?.getTime());
    expect(dueAt).toContain(due.getTime());
    await endpoints.update({ id, body: { active: false } });
    await world.changeTask(id, { next_run: await world.clock(-3_600) });
    await endpoints.update({ id, body: { active: true } });
    const runs = (await world.runs(id)).filter(
      (run) => run.attempts === 0 && run.trigger_kind === 'schedule',
    );
    // Nothing that was missed while it was inactive is caught up.
    for (const run of runs) expect(run.due_at?.getTime()).toBeGreaterThan(Date.now() - 1_000);
    const { next_run } = await world.scheduled(id);
    expect(next_run.getTime() % MINUTE_MS).toBe(0);
  });

  test('a sent next_run is taken, and claimed within the look-ahead', async () => {
    const { id, started, manual } = await claimed();
    const at = new Date((await world.clock(3_600)).getTime() + 7);
    await endpoints.update({ id, body: { next_run: at.toISOString() } });
    expect((await world.scheduled(id)).next_run).toEqual(at);
    expect(await idsOf(id)).toEqual(sorted(started, manual));
    const soon = await world.clock(20);
    await endpoints.update({ id, body: { next_run: soon.toISOString().replace('Z', '+00:00') } });
    const run = (await world.runs(id)).find(({ due_at }) => due_at?.getTime() === soon.getTime());
    expect(run).toMatchObject({ status: 'Pending', attempts: 0 });
    expect(await world.runJob({ id: run?.id ?? 0, attempt: 1 })).toBeDefined();
  });

  test('a past next_run is a missed occurrence', async () => {
    const past = await world.clock(-600);
    const [last, skip] = [
      await world.insertTask({ cron: '0 0 1 1 *' }),
      await world.insertTask({ cron: '0 0 1 1 *', catch_up: 'skip' }),
    ];
    for (const id of [last, skip]) await endpoints.update({ id, body: { next_run: past.toISOString() } });
    expect(await world.runs(last)).toMatchObject([{ due_at: past, status: 'Pending' }]);
    expect(await world.runs(skip)).toEqual([]);
  });

  test('an instant that has a run never gets a second one', async () => {
    const { id, started } = await claimed();
    const dueAt = (await world.runs(id)).find((run) => run.id === started)?.due_at;
    await endpoints.update({ id, body: { next_run: dueAt?.toISOString() } });
    const same = (await world.runs(id)).filter(({ due_at }) => due_at?.getTime() === dueAt?.getTime());
    expect(same.map((run) => run.id)).toEqual([started]);
  });

  test('activation of a task that has no further occurrence is refused', async () => {
    const id = await world.insertTask({ active: 0, timezone: 'Mars/Olympus' });
    expect(faultsOf(await endpoints.update({ id, body: { active: true } }))).toEqual([
      400,
      'timezone: unknown_timezone',
    ]);
  });
});
