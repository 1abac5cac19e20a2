import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { handler as createImmediate } from '#functions/tasks/immediate/handlers/create-immediate-task.ts';
import { handler as createScheduled } from '#functions/tasks/scheduled/handlers/create-scheduled-task.ts';
import { closeResources, useResources } from '#shared/host/resources.ts';
import type { TestResponse } from '#shared/testing/invoke.ts';
import { invoke } from '#shared/testing/invoke.ts';
import { type FaultWorld, openFaultWorld, until } from './fault-harness.ts';
import {
  createRun,
  createTask,
  type Item,
  insertRun,
  insertScheduledTask,
  newName,
  runItem,
  taskItem,
} from './items.ts';
import { runIds } from './queue-state.ts';
import { type Chance, openChance } from './seed.ts';

let world: FaultWorld;
let chance: Chance;
let closeApi: () => Promise<void>;
beforeAll(async () => {
  chance = openChance('outages');
  world = await openFaultWorld({ API_KEY: 'service-key' });
  const api = await world.openApi();
  const restore = useResources(api);
  closeApi = async () => {
    restore();
    await closeResources(api);
  };
}, 60_000);
afterEach(() => world.reset());
afterAll(async () => {
  await closeApi();
  await world.close();
}, 30_000);

const headers = { 'x-api-key': 'service-key' };
const postTask = (name: string): Promise<TestResponse> => {
  const body = { email_slug: 'register_template', content: `${name}@example.com;link` };
  return invoke(createImmediate, { method: 'POST', path: '/api/v6/tasks/immediate', body, headers });
};
const postSchedule = (name: string): Promise<TestResponse> => {
  const body = { url: `https://example.com/${name}`, cron: '0 0 1 1 *' };
  return invoke(createScheduled, { method: 'POST', path: '/api/v6/tasks/scheduled', body, headers });
};

const areCompleted = async (items: readonly Item[]): Promise<boolean> => {
  const states = await Promise.all(items.map((item) => item.state()));
  return states.every(({ status }) => status === 'Completed');
};
const rowCounts = async () => {
  const { rows } = await sql`SELECT (SELECT COUNT(*) FROM immediate_tasks) AS immediate,
    (SELECT COUNT(*) FROM scheduled_tasks) AS scheduled`.execute(world.resources.db);
  return rows[0];
};

/** Due once an hour, last more than a minute ago, and not run for five hours. */
const missedTask = () => {
  const minute = (new Date().getUTCMinutes() + 40) % 60;
  const nextRun = `DATE_FORMAT(UTC_TIMESTAMP() - INTERVAL 5 HOUR, '%Y-%m-%d %H:${minute}:00')`;
  return insertScheduledTask(world, {}, { cron: `${minute} * * * *`, nextRun, catchUp: 'last' });
};

describe('MariaDB down', () => {
  test('the API answers 503 and writes nothing, then works again', async () => {
    expect((await postTask(newName())).status).toBe(201);
    const before = await rowCounts();
    world.gates.database.shut();
    expect((await postTask(newName())).status).toBe(503);
    expect((await postSchedule(newName())).status).toBe(503);
    world.gates.database.open();
    expect(await rowCounts()).toEqual(before);
    await until('the API writes again', async () => (await postTask(newName())).status === 201);
  });

  test('ticks and jobs have no effect; afterwards all is executed, of missed occurrences one', async () => {
    await world.start('worker,scheduler');
    world.gates.database.shut();
    const items = [await createTask(world), await createRun(world)];
    const missed = await missedTask();
    await sleep(chance.between(1_000, 2_000));
    for (const item of items) {
      expect(await item.state()).toMatchObject({ attempts: 0 });
      expect([...item.mails(), ...item.calls()]).toEqual([]);
    }
    world.gates.database.open();
    await until('all is completed', () => areCompleted(items), 25_000);
    await until('the missed task runs', async () => (await runIds(world, missed)).length > 0);
    const [id = 0] = await runIds(world, missed);
    const run = runItem(world, missed, id);
    await until('its run is completed', () => areCompleted([run]));
    expect(await runIds(world, missed)).toEqual([id]);
    for (const item of [...items, run]) expect(item.mails()).toHaveLength(1);
  });

  test.each([
    ['shorter', 500, 1],
    ['longer', 3_000, 2],
  ])('%s than the lease after a mail was accepted', async (_name, awayMs, mails) => {
    let isCut = false;
    world.sink.behave((stage) => {
      if (stage === 'data' && !isCut) {
        isCut = true;
        world.gates.database.shut();
        setTimeout(world.gates.database.open, awayMs);
      }
      return 'accept';
    });
    await world.start('worker,scheduler');
    const task = await createTask(world);
    await until('the task is completed', () => areCompleted([task]), 25_000);
    expect(task.mails()).toHaveLength(mails);
    expect(new Set(task.mails()).size).toBe(1);
    expect(await task.state()).toMatchObject({ attempts: mails });
  });
});

describe('Redis down', () => {
  test('writes answer within 2 s, nothing is lost, work starts when it is back', async () => {
    await world.start('worker,scheduler');
    world.gates.redis.shut();
    const name = newName();
    const startedAt = performance.now();
    const answer = await postTask(name);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    const scheduledAt = performance.now();
    expect((await postSchedule(name)).status).toBe(201);
    expect(performance.now() - scheduledAt).toBeLessThan(2_000);
    expect(answer.status).toBe(201);
    const task = taskItem(world, name, answer.json.id);
    const run = await createRun(world);
    await sleep(chance.between(1_000, 2_000));
    for (const item of [task, run]) expect(await item.state()).toMatchObject({ attempts: 0, error: null });
    world.gates.redis.open();
    await until('all is completed', () => areCompleted([task, run]), 25_000);
    for (const item of [task, run]) expect(item.mails()).toHaveLength(1);
  });

  test('of the runs that a task missed meanwhile only the latest starts', async () => {
    world.gates.redis.shut();
    const task = await insertScheduledTask(world, {});
    const runs = [
      await insertRun(world, task, 3),
      await insertRun(world, task, 2),
      await insertRun(world, task, 1),
    ];
    await world.start('worker,scheduler');
    await sleep(chance.between(1_000, 2_000));
    world.gates.redis.open();
    const statuses = async () =>
      (await Promise.all(runs.map((run) => run.state()))).map(({ status }) => status);
    await until('no run is pending', async () => !(await statuses()).includes('Pending'), 25_000);
    expect(await statuses()).toEqual(['Skipped', 'Skipped', 'Completed']);
    expect(runs[0]?.calls()).toHaveLength(1);
  });
});

describe('Redis flushed', () => {
  test('every open item is queued again by one tick', async () => {
    const items: Item[] = [];
    for (let count = 0; count < 15; count += 1) items.push(await createTask(world), await createRun(world));
    const worker = await world.start('worker');
    world.gates.smtp.hold();
    await world.flush();
    world.gates.smtp.open();
    await worker.tick();
    await until('all is completed', () => areCompleted(items), 25_000);
    for (const item of items) expect(item.mails()).toHaveLength(1);
  });

  test('under running attempts: no effect is doubled', async () => {
    world.gates.smtp.hold();
    await world.start('worker,scheduler');
    const items = [await createTask(world), await createRun(world), await createTask(world)];
    await until('all attempts are claimed', async () =>
      (await Promise.all(items.map((item) => item.state()))).every(({ isHeld }) => isHeld),
    );
    await world.flush();
    await sleep(chance.between(1_000, 2_000));
    world.gates.smtp.open();
    await until('all is completed', () => areCompleted(items), 25_000);
    for (const item of items) {
      expect(item.mails()).toHaveLength(1);
      expect(await item.state()).toMatchObject({ attempts: 1, outcomes: ['Completed'] });
    }
  });
});
