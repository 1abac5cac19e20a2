import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type FaultWorld, openFaultWorld, until } from './fault-harness.ts';
import { createRun, createTask, insertScheduledTask, type MadeTask, runItem } from './items.ts';
import { runIds } from './queue-state.ts';
import { openChance } from './seed.ts';

let world: FaultWorld;
beforeAll(async () => {
  world = await openFaultWorld();
}, 60_000);
afterEach(() => world.reset());
afterAll(() => world.close(), 30_000);

const dueSoon = (seconds: number) => ({
  cron: '0 0 1 1 *',
  nextRun: `UTC_TIMESTAMP(3) + INTERVAL ${seconds} SECOND`,
  catchUp: 'last',
});

/**
 * Moves everything that tasks have stored against the present: to the past as if the clock had been set forward by
 * so many minutes, with a negative number to the future as if it had been set back.
 */
const setClockForward = async (minutes: number): Promise<void> => {
  const moved = (columns: readonly string[]) =>
    sql.raw(columns.map((column) => `${column} = ${column} - INTERVAL ${minutes} MINUTE`).join(', '));
  const { db } = world.resources;
  await sql`UPDATE immediate_tasks SET ${moved(['next_attempt_at', 'lease_until', 'created_at'])}`.execute(
    db,
  );
  await sql`UPDATE scheduled_tasks SET ${moved(['next_run', 'previous_run', 'created_at'])}`.execute(db);
  const columns = ['due_at', 'next_attempt_at', 'lease_until', 'started_at', 'finished_at', 'created_at'];
  await sql`UPDATE scheduled_task_runs SET ${moved(columns)}`.execute(db);
};

const nextRun = async ({ id }: MadeTask): Promise<number> => {
  const { rows } = await sql<{ next_run: Date }>`
    SELECT next_run FROM scheduled_tasks WHERE id = ${id}`.execute(world.resources.db);
  return rows[0]?.next_run.getTime() ?? 0;
};

describe('two schedulers', () => {
  test('that tick at the same moment give every occurrence exactly one run, without errors', async () => {
    const chance = openChance('two schedulers');
    const tasks: MadeTask[] = [];
    for (let count = 0; count < 300; count += 1) {
      tasks.push(await insertScheduledTask(world, {}, dueSoon(chance.between(-3_600, 2))));
    }
    const schedulers = await Promise.all([world.start(''), world.start(''), world.start('')]);
    const startedAt = performance.now();
    for (let round = 0; round < 3; round += 1) await Promise.all(schedulers.map((one) => one.tick()));
    expect(performance.now() - startedAt).toBeLessThan(15_000);
    expect(schedulers.flatMap((one) => one.errors())).toEqual([]);
    const { rows } = await sql<{ task_id: number; runs: number }>`
      SELECT task.id AS task_id, COUNT(run.id) AS runs FROM scheduled_tasks task
      LEFT JOIN scheduled_task_runs run ON run.task_id = task.id GROUP BY task.id HAVING runs <> 1`.execute(
      world.resources.db,
    );
    expect(rows).toEqual([]);
    await sql`DELETE FROM scheduled_tasks`.execute(world.resources.db);
    await world.flush();
  });

  test('with two workers: every occurrence is executed once and at most 1 s late', async () => {
    await Promise.all([world.start('worker,scheduler'), world.start('worker,scheduler')]);
    const tasks: MadeTask[] = [];
    for (let count = 0; count < 20; count += 1) tasks.push(await insertScheduledTask(world, {}, dueSoon(3)));
    const done = async () => {
      const { rows } = await sql<{ n: number }>`
        SELECT COUNT(*) AS n FROM scheduled_task_runs WHERE status = 'Completed'
        AND task_id >= ${tasks[0]?.id ?? 0}`.execute(world.resources.db);
      return Number(rows[0]?.n);
    };
    await until('all have run', async () => (await done()) >= tasks.length, 20_000);
    await sleep(1_200);
    const { rows } = await sql<{ late_ms: number }>`
      SELECT TIMESTAMPDIFF(MICROSECOND, due_at, started_at) DIV 1000 AS late_ms FROM scheduled_task_runs
      WHERE task_id >= ${tasks[0]?.id ?? 0} ORDER BY late_ms`.execute(world.resources.db);
    expect(rows).toHaveLength(tasks.length);
    expect(Number(rows[Math.ceil(rows.length * 0.95) - 1]?.late_ms)).toBeLessThanOrEqual(1_000);
    for (const task of tasks) {
      const [id = 0, ...others] = await runIds(world, task);
      expect(others).toEqual([]);
      const run = runItem(world, task, id);
      expect(run.calls()).toEqual([`run-${id}`]);
      expect(run.mails()).toHaveLength(1);
    }
  });
});

describe('the clock', () => {
  test('set forward: of the occurrences in between one runs; a lease that ends early costs one effect', async () => {
    const hourly = {
      cron: '0 * * * *',
      nextRun: `DATE_FORMAT(UTC_TIMESTAMP() + INTERVAL 1 HOUR, '%Y-%m-%d %H:00:00')`,
    };
    const task = await insertScheduledTask(world, {}, { ...hourly, catchUp: 'last' });
    world.gates.smtp.hold();
    await world.start('worker,scheduler');
    const items = [await createTask(world), await createRun(world)];
    await until('both attempts are claimed', async () =>
      (await Promise.all(items.map((item) => item.state()))).every(({ isHeld }) => isHeld),
    );
    await setClockForward(300);
    world.gates.smtp.open();
    for (const item of items) {
      await until('an item is completed', async () => (await item.state()).status === 'Completed', 25_000);
      expect(item.mails().length).toBeLessThanOrEqual(2);
      expect(new Set(item.mails()).size).toBe(1);
      expect(new Set(item.calls()).size).toBeLessThanOrEqual(1);
    }
    await until('the hourly task runs', async () => (await runIds(world, task)).length > 0);
    const [id = 0] = await runIds(world, task);
    await until(
      'it is completed',
      async () => (await runItem(world, task, id).state()).status === 'Completed',
    );
    expect(await runIds(world, task)).toEqual([id]);
  });

  test('set back: nothing runs twice, and tasks wait until it has caught up', async () => {
    const task = await insertScheduledTask(world, {}, { ...dueSoon(-10), cron: '0 * * * *' });
    await world.start('worker,scheduler');
    await until('it runs', async () => (await runIds(world, task)).length === 1);
    const [id = 0] = await runIds(world, task);
    const run = runItem(world, task, id);
    await until('it is completed', async () => (await run.state()).status === 'Completed');
    await setClockForward(-120);
    const before = await nextRun(task);
    await sleep(2_500);
    expect(await nextRun(task)).toBe(before);
    expect(await runIds(world, task)).toEqual([id]);
    expect([run.calls().length, run.mails().length]).toEqual([1, 1]);
  });
});
