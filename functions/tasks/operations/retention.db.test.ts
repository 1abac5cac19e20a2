import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTaskHarness, type TaskHarness } from '../testing/task-harness.ts';
import { enforceRetention } from './retention.ts';

let world: TaskHarness;
beforeAll(async () => {
  world = await openTaskHarness();
});
afterAll(() => world.close());

const days = (count: number) => sql`UTC_TIMESTAMP(3) - INTERVAL ${count} DAY`;

const left = async () => {
  const { rows } = await sql<{ kind: string }>`
    SELECT CONCAT(status, ' task ', content) AS kind FROM immediate_tasks
    UNION ALL SELECT CONCAT('log ', job_id) FROM scheduled_task_logs
    UNION ALL SELECT CONCAT(status, ' run ', error) FROM scheduled_task_runs ORDER BY kind`.execute(
    world.resources.db,
  );
  return rows.map(({ kind }) => kind);
};

const fill = async () => {
  const { db } = world.resources;
  for (const table of ['immediate_tasks', 'scheduled_task_runs', 'scheduled_task_logs', 'scheduled_tasks']) {
    await sql`DELETE FROM ${sql.table(table)}`.execute(db);
  }
  const task = (status: string, age: number, name: string) => sql`INSERT INTO immediate_tasks
    (template_id, content, status, completed_at, next_attempt_at, created_at, updated_at) VALUES
    (1, ${name}, ${status}, IF(${status} = 'Enqueued', NULL, ${days(age)}), UTC_TIMESTAMP(3), ${days(age)}, ${days(age)})`;
  await task('Completed', 31, 'old').execute(db);
  await task('Completed', 29, 'young').execute(db);
  await task('Failed', 91, 'old').execute(db);
  await task('Failed', 89, 'young').execute(db);
  await task('Enqueued', 400, 'old').execute(db);
  await sql`INSERT INTO task_attempts (task_id, round_no, attempt, started_at)
    SELECT id, 1, 1, created_at FROM immediate_tasks`.execute(db);
  await sql`INSERT INTO scheduled_tasks (id, content, cron, next_run, created_at, updated_at)
    VALUES (1, '', '* * * * *', ${days(0)}, ${days(400)}, ${days(0)})`.execute(db);
  for (const [age, name] of [
    [91, 'old'],
    [89, 'young'],
  ] as const) {
    await sql`INSERT INTO scheduled_task_logs (job_id, attempt, status, created_at)
      VALUES (${name}, 1, 'Failed', ${days(age)})`.execute(db);
    for (const status of ['Completed', 'Failed', 'Skipped', 'Pending']) {
      const finishedAt = status === 'Pending' ? sql`NULL` : days(age);
      await sql`INSERT INTO scheduled_task_runs (task_id, trigger_kind, status, error, created_at, finished_at)
        VALUES (1, 'manual', ${status}, ${name}, ${days(age)}, ${finishedAt})`.execute(db);
    }
  }
};

test('deletes what was kept long enough, and nothing that is still to be executed', async () => {
  await fill();
  await enforceRetention(world.resources.context());
  expect(await left()).toEqual([
    'Completed run young',
    'Completed task young',
    'Enqueued task old',
    'Failed run young',
    'Failed task young',
    'Pending run old',
    'Pending run young',
    'Skipped run young',
    'log young',
  ]);
  const { rows } = await sql`SELECT 1 FROM task_attempts`.execute(world.resources.db);
  expect(rows).toHaveLength(3);
});

test('0 days keep everything', async () => {
  await fill();
  const before = await left();
  const none = {
    TASK_RETENTION_COMPLETED_DAYS: 0,
    TASK_RETENTION_FAILED_DAYS: 0,
    TASK_RETENTION_LOG_DAYS: 0,
  };
  await enforceRetention(world.resources.context({ config: { ...world.resources.config, ...none } }));
  expect(await left()).toEqual(before);
});

test('goes on until nothing is left, side by side with another one', async () => {
  const { db } = world.resources;
  await fill();
  await sql`INSERT INTO scheduled_task_logs (job_id, attempt, status, created_at)
    SELECT CONCAT('many-', seq), 1, 'Completed', ${days(100)} FROM seq_1_to_2500`.execute(db);
  await sql`INSERT INTO immediate_tasks (content, status, completed_at, created_at, updated_at)
    SELECT 'many', 'Completed', ${days(100)}, ${days(100)}, ${days(100)} FROM seq_1_to_2500`.execute(db);
  await Promise.all([1, 2].map(() => enforceRetention(world.resources.context())));
  expect((await left()).filter((kind) => kind.includes('many'))).toEqual([]);
});
