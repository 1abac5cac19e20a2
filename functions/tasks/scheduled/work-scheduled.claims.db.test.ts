import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase } from '#shared/database/database.ts';
import { withTransaction } from '#shared/database/transaction.ts';
import { asOtherParty } from '#shared/testing/other-party.ts';
import { tick } from '../operations/tick.ts';
import { openRunHarness, type RunHarness } from '../testing/run-harness.ts';
import { claimRuns } from './queries/run-claims.ts';
import { deleteScheduledTask } from './scheduled-tasks.ts';
import { updateScheduledTask } from './update.ts';

let world: RunHarness;
beforeAll(async () => {
  world = await openRunHarness();
});
afterEach(() => world.behaveWell());
afterAll(() => world.close());

const first = (id: number) => ({ id, attempt: 1 });
const none = { batchItemFailures: [] };

describe('exactly once', () => {
  test('many workers and duplicate jobs claim every run once', async () => {
    const made = await Promise.all(
      Array.from({ length: 20 }, () => world.createRun({ hook: true, mail: true })),
    );
    const jobs = made.map(({ runId }) => first(runId));
    const other = openDatabase(world.resources.config);
    await Promise.all([
      world.workRuns([...jobs, ...jobs]),
      world.workRuns(jobs.toReversed(), { db: other }),
      world.workRuns(jobs),
      world.workRuns(jobs.toReversed(), { db: other }),
    ]);
    await other.destroy();
    for (const { path, recipient, runId } of made) {
      expect([world.callsTo(path).length, world.mailsTo(recipient).length]).toEqual([1, 1]);
      expect(await world.logs(runId)).toHaveLength(1);
    }
  });

  test('a task and a run that somebody has locked hold up no others: claims, changes, deletions', async () => {
    const { db, context } = world.resources;
    const made = await Promise.all(Array.from({ length: 5 }, () => world.createRun()));
    const change = (id = 0, changes: Parameters<typeof updateScheduledTask>[3] = {}) =>
      withTransaction(db, (tx) => updateScheduledTask(tx, context(), id, changes));
    const [locked, run, changed, deleted, moved] = made.map(({ taskId }) => taskId);
    await asOtherParty(db, async (transaction) => {
      await sql`SELECT id FROM scheduled_tasks WHERE id = ${locked} FOR UPDATE`.execute(transaction);
      await sql`SELECT id FROM scheduled_task_runs WHERE task_id = ${locked} FOR UPDATE`.execute(transaction);
      await world.workRuns(made.slice(1, 2).map(({ runId }) => first(runId)));
      await change(changed, { active: false });
      await withTransaction(db, (tx) => deleteScheduledTask(tx, deleted ?? 0));
      await change(moved, { nextRun: await world.clock(-1) });
    });
    expect(await world.runOf(run ?? 0)).toMatchObject({ status: 'Completed' });
    expect(await world.runs(changed ?? 0)).toEqual([]);
    expect(await world.runs(deleted ?? 0)).toEqual([]);
    expect(await world.runs(moved ?? 0)).toHaveLength(1);
  });

  test('an early job goes back for the remaining time', async () => {
    const { runId, path } = await world.inSeconds(5, () => world.createRun());
    const { batchItemFailures } = await world.workRuns([first(runId)]);
    expect(batchItemFailures).toEqual([
      { itemIdentifier: `run-${runId}-1`, retryAfterMs: expect.any(Number) },
    ]);
    expect(batchItemFailures[0]?.retryAfterMs).toBeGreaterThan(4_000);
    expect(world.callsTo(path)).toEqual([]);
  });

  test.each([
    ['of an attempt that was made', { attempts: 1 }],
    ['of a finished run', { status: 'Completed' as const }],
    ['of a run that another worker holds', { lease_token: 'x', lease_until: new Date('2090-01-01') }],
  ])('a job %s ends without effect', async (_, columns) => {
    const { runId, path } = await world.createRun();
    await world.changeRun(runId, columns);
    expect(await world.workRuns([first(runId)])).toEqual(none);
    expect(world.callsTo(path)).toEqual([]);
    expect(await world.logs(runId)).toEqual([]);
  });
});

describe('skipped (S7)', () => {
  const attempted = async (runId: number, taskId: number, attempt = 1) => {
    await world.workRuns([{ id: runId, attempt }]);
    const row = (await world.runs(taskId)).find(({ id }) => id === runId);
    return row?.status;
  };

  test('when the task is inactive, at any attempt, manual or not', async () => {
    const { taskId, runId, path } = await world.createRun({ hook: true }, { active: 0 });
    const again = await world.insertRun(taskId, { due_at: await world.clock(-60), attempts: 2 });
    const manual = await world.insertRun(taskId, { trigger_kind: 'manual' });
    expect(await attempted(runId, taskId)).toBe('Skipped');
    expect(await attempted(again, taskId, 3)).toBe('Skipped');
    expect(await attempted(manual, taskId)).toBe('Skipped');
    expect(world.callsTo(path)).toEqual([]);
    expect(await world.logs(runId)).toEqual([]);
    expect((await world.scheduled(taskId)).previous_run).toBeNull();
    expect(await world.runOf(taskId)).toMatchObject({ lease_token: null, next_attempt_at: null });
  });

  test('when a later scheduled run is due already, but not a retry or a manual run', async () => {
    const { taskId, runId } = await world.inSeconds(-120, () => world.createRun());
    const later = await world.insertRun(taskId, { due_at: await world.clock(-60) });
    const retry = await world.insertRun(taskId, { due_at: await world.clock(-180), attempts: 1 });
    const manual = await world.insertRun(taskId, { trigger_kind: 'manual' });
    await world.insertRun(taskId, { due_at: await world.clock(60) });
    expect(await attempted(runId, taskId)).toBe('Skipped');
    expect(await attempted(retry, taskId, 2)).toBe('Completed');
    expect(await attempted(manual, taskId)).toBe('Completed');
    expect(await attempted(later, taskId)).toBe('Completed');
  });

  test.each([
    ['skip', -130, 'Skipped'],
    ['skip', -110, 'Completed'],
    ['last', -130, 'Completed'],
  ] as const)('%s, %d s after its due time: %s', async (catch_up, seconds, status) => {
    const { taskId, runId } = await world.inSeconds(seconds, () =>
      world.createRun({ hook: true }, { catch_up }),
    );
    expect(await attempted(runId, taskId)).toBe(status);
  });
});

describe('a worker that died', () => {
  /** A run that a worker claimed a minute ago, then recorded this of, and whose lease has run out. */
  const die = async (parts: Parameters<RunHarness['createRun']>[0], columns = {}, attempt = 1) => {
    const { db, context } = world.resources;
    const made = await world.inSeconds(-60, async () => {
      const run = await world.createRun(parts);
      await world.changeRun(run.runId, { attempts: attempt - 1, ...columns });
      const lease = { token: 'b6f0c0f2-0000-4000-8000-000000000000', seconds: 30 };
      await claimRuns(db, [{ id: run.runId, attempt }], lease, 0);
      return run;
    });
    await tick(context());
    return made;
  };

  test('before the record of its webhook: it is repeated with the same ids, logged as interrupted', async () => {
    const { taskId, path, recipient, runId } = await die({ hook: true, mail: true });
    expect(await world.runOf(taskId)).toMatchObject({ status: 'Pending', attempts: 1, lease_token: null });
    expect(await world.logs(runId)).toMatchObject([
      { attempt: 1, status: 'Failed', error: expect.stringMatching(/^interrupted: /) },
    ]);
    expect(await world.runJob({ id: runId, attempt: 2 })).toMatchObject({ delay: 0 });
    await world.workRuns([first(runId), { id: runId, attempt: 2 }]);
    expect(world.callsTo(path).map(({ headers }) => headers['idempotency-key'])).toEqual([`run-${runId}`]);
    expect(world.mailsTo(recipient)).toHaveLength(1);
  });

  test('after that record: only the mail is sent', async () => {
    const hooked = { webhook_done_at: await world.clock(-50) };
    const { taskId, path, recipient, runId } = await die({ hook: true, mail: true }, hooked);
    await world.workRuns([{ id: runId, attempt: 2 }]);
    expect([world.callsTo(path).length, world.mailsTo(recipient).length]).toEqual([0, 1]);
    expect(await world.runOf(taskId)).toMatchObject({ status: 'Completed', attempts: 2 });
  });

  test('with the mail recorded: only the webhook is called, and nothing where that is recorded, too', async () => {
    const mailed = { mail_done_at: await world.clock(-45) };
    const hooked = { ...mailed, webhook_done_at: await world.clock(-50) };
    for (const [columns, calls] of [[mailed, 1] as const, [hooked, 0] as const]) {
      const { taskId, path, recipient, runId } = await die({ hook: true, mail: true }, columns);
      await world.workRuns([{ id: runId, attempt: 2 }]);
      expect([world.callsTo(path).length, world.mailsTo(recipient).length]).toEqual([calls, 0]);
      const run = await world.runOf(taskId);
      expect(run).toMatchObject({ ...mailed, status: 'Completed', attempts: 2, error: null });
      expect(run.webhook_done_at).not.toBeNull();
    }
    const alone = await die({ mail: true }, mailed);
    await world.workRuns([{ id: alone.runId, attempt: 2 }]);
    expect(world.mailsTo(alone.recipient)).toEqual([]);
    expect(await world.runOf(alone.taskId)).toMatchObject({ ...mailed, status: 'Completed' });
  });

  test('on the last attempt leaves a failed run', async () => {
    const { taskId } = await die({ hook: true }, {}, 5);
    const run = await world.runOf(taskId);
    expect(run).toMatchObject({ status: 'Failed', finished_at: expect.any(Date), next_attempt_at: null });
    expect(run.error).toMatch(/^interrupted: /);
  });
});

describe('a task that is deleted during an attempt', () => {
  test('its webhook still writes its log, without the task; the mail is not sent', async () => {
    const { taskId, recipient, runId } = await world.createRun({ hook: true, mail: true });
    world.hooks.behave((_call, response) => {
      void world.resources.db
        .deleteFrom('scheduled_tasks')
        .where('id', '=', taskId)
        .execute()
        .then(() => response.end());
    });
    expect(await world.workRuns([first(runId)])).toEqual(none);
    expect(world.mailsTo(recipient)).toEqual([]);
    expect(await world.logs(runId)).toMatchObject([
      { task_id: null, status: 'Failed', http_status: 200, error: expect.stringMatching(/^cancelled: /) },
    ]);
  });

  test('a run without further step ends as it would have', async () => {
    const { taskId, runId } = await world.createRun();
    world.hooks.behave((_call, response) => {
      void sql`DELETE FROM scheduled_tasks WHERE id = ${taskId}`
        .execute(world.resources.db)
        .then(() => response.end('ok'));
    });
    await world.workRuns([first(runId)]);
    expect(await world.logs(runId)).toMatchObject([{ task_id: null, status: 'Completed', response: 'ok' }]);
  });
});

test('a worker that is told to stop gives its run back at once', async () => {
  const { taskId, runId } = await world.createRun();
  const stop = new AbortController();
  world.hooks.behave(() => stop.abort());
  await world.workRuns([first(runId)], { signal: stop.signal });
  const run = await world.runOf(taskId);
  expect(run).toMatchObject({ status: 'Pending', attempts: 1, lease_token: null });
  expect(run.error).toMatch(/^interrupted: /);
  expect(run.next_attempt_at?.getTime()).toBeLessThanOrEqual((await world.clock()).getTime());
});

test('a worker that lost its lease during the webhook sends no mail and changes nothing', async () => {
  const { taskId, recipient, runId } = await world.createRun({ hook: true, mail: true });
  const lease = { lease_token: 'b6f0c0f2-0000-4000-8000-000000000000', lease_until: await world.clock(60) };
  world.hooks.behave((_call, response) => {
    void world.changeRun(runId, lease).then(() => response.end());
  });
  expect(await world.workRuns([first(runId)])).toEqual(none);
  expect(world.mailsTo(recipient)).toEqual([]);
  expect(await world.runOf(taskId)).toMatchObject({ ...lease, status: 'Pending', webhook_done_at: null });
  expect(await world.logs(runId)).toEqual([]);
});
