import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { withTransaction } from '#shared/database/transaction.ts';
import { tick } from '../operations/tick.ts';
import { openScheduledHarness, type ScheduledHarness } from '../testing/scheduled-harness.ts';
import { startWebhookSink, type WebhookSink } from '../testing/webhook-sink.ts';
import { deleteScheduledTask } from './scheduled-tasks.ts';
import { updateScheduledTask } from './update.ts';

let world: ScheduledHarness;
let hooks: WebhookSink;
beforeAll(async () => {
  hooks = await startWebhookSink();
  world = await openScheduledHarness({ WEBHOOK_PRIVATE_HOSTS: '127.0.0.1:*' });
});
afterAll(async () => {
  await world.close();
  await hooks.close();
});

test('ticks, workers, changes and deletions at once: no error, no occurrence twice, no run lost', async () => {
  const { db, context, log } = world.resources;
  await sql`INSERT INTO scheduled_tasks (url, content, cron, next_run, created_at, updated_at)
    SELECT CONCAT('http://127.0.0.1:', ${String(hooks.port)}, '/', seq), '', '* * * * *',
      UTC_TIMESTAMP(3) - INTERVAL 1 MINUTE, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3) FROM seq_1_to_60`.execute(db);
  const tasks = (await db.selectFrom('scheduled_tasks').select('id').orderBy('id').execute()).map(
    ({ id }) => id,
  );
  const errors: unknown[] = [];
  const quiet = Object.assign(Object.create(log), {
    error: (entry: unknown) => errors.push(entry),
    child: () => quiet,
  });
  const open = async () =>
    (
      await db
        .selectFrom('scheduled_task_runs')
        .select(['id', 'attempts'])
        .where('status', '=', 'Pending')
        .execute()
    ).map(({ id, attempts }) => ({ id, attempt: attempts + 1 }));
  await tick(context({ log: quiet }));
  const kept = tasks.filter((id) => id % 3 !== 0);
  for (let round = 0; round < 3; round += 1) {
    const jobs = await open();
    await Promise.all([
      ...Array.from({ length: 4 }, () => tick(context({ log: quiet }))),
      world.workRuns(jobs, { log: quiet }),
      world.workRuns(jobs.toReversed(), { log: quiet }),
      ...tasks
        .filter((id) => id % 3 === 1)
        .map(async (id) => {
          const nextRun = await world.clock(-round);
          await withTransaction(db, (tx) => updateScheduledTask(tx, context(), id, { nextRun }));
        }),
      ...tasks
        .filter((id) => id % 3 === 0 && id % 9 === round * 3)
        .map((id) => withTransaction(db, (tx) => deleteScheduledTask(tx, id))),
    ]);
  }
  await tick(context({ log: quiet }));
  await world.workRuns(await open(), { log: quiet });
  expect(errors).toEqual([]);
  const keys = hooks.calls.map(({ headers }) => headers['idempotency-key']);
  expect(new Set(keys).size).toBe(keys.length);
  const runs = await db.selectFrom('scheduled_task_runs').selectAll().execute();
  expect(new Set(runs.map(({ task_id, due_at }) => `${task_id} ${due_at?.toISOString()}`)).size).toBe(
    runs.length,
  );
  for (const id of kept)
    expect(runs.filter((run) => run.task_id === id && run.status === 'Completed').length).toBeGreaterThan(0);
  expect(runs.filter(({ lease_token }) => lease_token !== null)).toEqual([]);
  const now = await world.clock();
  expect(runs.filter(({ status, due_at }) => status === 'Pending' && due_at && due_at < now)).toEqual([]);
});
