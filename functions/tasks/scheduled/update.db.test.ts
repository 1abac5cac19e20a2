import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { newUrl, openScheduledHarness, type ScheduledHarness } from '../testing/scheduled-harness.ts';
import type { AdminEndpoint } from '../testing/task-admin-harness.ts';

let world: ScheduledHarness;
let update: AdminEndpoint;
beforeAll(async () => {
  world = await openScheduledHarness();
  update = world.endpoint('updateScheduledTask');
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.resources.db.deleteFrom('scheduled_tasks').execute();
});

const issuesOf = (answer: { status: number; json: { details?: { field: string; code: string }[] } }) => [
  answer.status,
  ...(answer.json.details ?? []).map(({ field, code }) => `${field}: ${code}`),
];

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
    const patch = async (body: unknown) => expect((await update({ id, body })).status).toBe(204);
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
    const issues = async (body: unknown) => issuesOf(await update({ id, body }));
    expect(await issues({ url: '', template_id: 0 })).toEqual([
      400,
      'template_id: required',
      'url: required',
    ]);
    expect(await issues({ template_id: 1 })).toEqual([400, 'content: too_few_variables']);
    expect(await issues({ template_id: 4_000_000 })).toEqual([400, 'template_id: unknown_reference']);
    expect(await issues({ url: 'http://192.168.0.1/' })).toEqual([400, 'url: url_not_allowed']);
    expect(await issues({ content: 'nobody' })).toEqual([400, 'content: invalid_recipient']);
    expect(await issues({ cron: '0 0 30 2 *' })).toEqual([400, 'cron: cron_never_fires']);
    expect(await issues({ cron: 'x' })).toEqual([400, 'cron: invalid_cron']);
    expect(await issues({ timezone: 'x' })).toEqual([400, 'timezone: unknown_timezone']);
    expect(await issues({ next_run: 'tomorrow' })).toEqual([400, 'next_run: invalid_format']);
    const year = 366 * 86_400;
    expect(await issues({ next_run: (await world.clock(-year)).toISOString() })).toEqual([
      400,
      'next_run: out_of_range',
    ]);
    expect(await issues({ next_run: (await world.clock(5 * year)).toISOString() })).toEqual([
      400,
      'next_run: out_of_range',
    ]);
    expect((await issues({})).slice(0, 1)).toEqual([400]);
    const row = await world.scheduled(id);
    const other = await world.insertTask({});
    const taken = await update({ id: other, body: { url } });
    expect([taken.status, taken.json.code]).toEqual([409, 'task_exists']);
    expect((await update({ id, body: { url } })).status).toBe(204);
    expect(await world.scheduled(id)).toEqual({ ...row, updated_at: expect.any(Date) });
  });

  test('a changed cron withdraws runs that have not started and begins anew', async () => {
    const { id, started, manual } = await claimed();
    await update({ id, body: { cron: '0 0 1 1 *' } });
    expect(await idsOf(id)).toEqual(sorted(started, manual));
    expect((await world.scheduled(id)).next_run.toISOString()).toMatch(/-01-01T00:00:00\.000Z$/);
  });

  test('the stored cron, sent again, changes nothing', async () => {
    const { id, waiting, later, started, manual } = await claimed();
    const before = await world.scheduled(id);
    await update({ id, body: { cron: '* * * * *', timezone: 'UTC', active: true } });
    expect(await idsOf(id)).toEqual(sorted(waiting, later, started, manual));
    expect((await world.scheduled(id)).next_run).toEqual(before.next_run);
  });

  test('deactivation goes back to the earliest withdrawn run, activation goes on from there', async () => {
    const { id, due, started, manual } = await claimed();
    await update({ id, body: { active: false } });
    expect(await idsOf(id)).toEqual(sorted(started, manual));
    expect(await world.scheduled(id)).toMatchObject({ active: 0, next_run: due });
    await update({ id, body: { active: true } });
    const dueAt = (await world.runs(id)).map(({ due_at }) => due_at?.getTime());
    expect(dueAt).toContain(due.getTime());
    await update({ id, body: { active: false } });
    const later = Date.now() + 600_000;
    await world.inSeconds(600, () => update({ id, body: { active: true } }));
    const runs = (await world.runs(id)).filter(
      (run) => run.attempts === 0 && run.trigger_kind === 'schedule',
    );
    // Nothing that was missed while it was inactive is caught up.
    for (const run of runs) expect(run.due_at?.getTime()).toBeGreaterThan(later - 1_000);
    const { next_run } = await world.scheduled(id);
    expect(next_run.getTime() % MINUTE_MS).toBe(0);
  });

  test('a sent next_run is taken, and claimed within the look-ahead', async () => {
    const { id, started, manual } = await claimed();
    const at = new Date((await world.clock(3_600)).getTime() + 7);
    await update({ id, body: { next_run: at.toISOString() } });
    expect((await world.scheduled(id)).next_run).toEqual(at);
    expect(await idsOf(id)).toEqual(sorted(started, manual));
    const soon = await world.clock(20);
    await update({ id, body: { next_run: soon.toISOString().replace('Z', '+00:00') } });
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
    for (const id of [last, skip]) await update({ id, body: { next_run: past.toISOString() } });
    expect(await world.runs(last)).toMatchObject([{ due_at: past, status: 'Pending' }]);
    expect(await world.runs(skip)).toEqual([]);
  });

  test('an instant that has a run never gets a second one', async () => {
    const { id, started } = await claimed();
    const dueAt = (await world.runs(id)).find((run) => run.id === started)?.due_at;
    await update({ id, body: { next_run: dueAt?.toISOString() } });
    const same = (await world.runs(id)).filter(({ due_at }) => due_at?.getTime() === dueAt?.getTime());
    expect(same.map((run) => run.id)).toEqual([started]);
  });

  test('activation of a task that has no further occurrence is refused', async () => {
    const id = await world.insertTask({ active: 0, timezone: 'Mars/Olympus' });
    expect(issuesOf(await update({ id, body: { active: true } }))).toEqual([
      400,
      'timezone: unknown_timezone',
    ]);
  });
});
