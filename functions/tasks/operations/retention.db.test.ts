import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { answerWith, openRunHarness, type RunHarness } from '../testing/run-harness.ts';
import { enforceRetention } from './retention.ts';

let world: RunHarness;
beforeAll(async () => {
  world = await openRunHarness();
});
afterAll(() => world.close());

const DAY_S = 86_400;
const days = (count: number) => sql`UTC_TIMESTAMP(3) - INTERVAL ${count} DAY`;

/** What is left; runs and their logs are called old after the 90 days, tasks by their variable. */
const left = async () => {
  const age = sql`IF(created_at < ${days(90)}, 'old', 'young')`;
  const { rows } = await sql<{ kind: string }>`
    SELECT CONCAT(status, ' task ', SUBSTRING_INDEX(content, ';', -1)) AS kind FROM immediate_tasks
    UNION ALL SELECT CONCAT(status, ' log ', IF(job_id LIKE 'run-%', ${age}, job_id)) FROM scheduled_task_logs
    UNION ALL SELECT CONCAT(status, ' run ', ${age}) FROM scheduled_task_runs ORDER BY kind`.execute(
    world.resources.db,
  );
  return rows.map(({ kind }) => kind);
};

/** Runs that ended in every way, and one that waits. */
const makeRuns = async () => {
  const { runId: completed, taskId } = await world.createRun();
  await world.workRuns([{ id: completed, attempt: 1 }]);
  const failed = await world.insertRun(taskId, { trigger_kind: 'manual' });
  world.hooks.behave(answerWith(410));
  await world.workRuns([{ id: failed, attempt: 1 }]);
  world.behaveWell();
  const { runId: skipped } = await world.createRun({ hook: true }, { active: 0 });
  await world.workRuns([{ id: skipped, attempt: 1 }]);
  await world.insertRun(taskId, { trigger_kind: 'manual' });
};

const fill = async () => {
  const { db } = world.resources;
  for (const table of ['immediate_tasks', 'scheduled_task_runs', 'scheduled_task_logs', 'scheduled_tasks']) {
    await sql`DELETE FROM ${sql.table(table)}`.execute(db);
  }
  const task = (age: number, name: string, refusal?: number) =>
    world.inSeconds(-age * DAY_S, async () => {
      world.sink.behave((stage) =>
        stage === 'recipient' && refusal ? { code: refusal, text: 'no' } : 'accept',
      );
      // Only contents that are not sensitive keep their variables.
      const id = await world.create({ slug: 'email_changed_notice', variables: [name] });
      await world.work([{ id, round: 1, attempt: 1 }]);
    });
  await task(31, 'old');
  await task(29, 'young');
  await task(91, 'old', 550);
  await task(89, 'young', 550);
  // Its second attempt has not come in all the time.
  await task(400, 'old', 450);
  world.behaveWell();
  for (const age of [91, 89]) await world.inSeconds(-age * DAY_S, makeRuns);
};

test('deletes what was kept long enough, and nothing that is still to be executed', async () => {
  await fill();
  await enforceRetention(world.resources.context());
  expect(await left()).toEqual([
    'Completed log young',
    'Completed run young',
    'Completed task young',
    'Enqueued task old',
    'Failed log young',
    'Failed run young',
    'Failed task young',
    'Pending run old',
    'Pending run young',
    'Skipped run young',
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
