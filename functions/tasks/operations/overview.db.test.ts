import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { useResources } from '#shared/host/resources.ts';
import { openQueues } from '#shared/queue/queues.ts';
import { startGate } from '../testing/gate.ts';
import {
  type AdminEndpoint,
  openTaskAdminHarness,
  type TaskAdminHarness,
} from '../testing/task-admin-harness.ts';

let world: TaskAdminHarness;
let overview: AdminEndpoint;
beforeAll(async () => {
  world = await openTaskAdminHarness();
  overview = world.endpoint('getTaskOverview');
});
afterAll(() => world.close());

const ago = (seconds: number) => sql<Date>`UTC_TIMESTAMP(3) - INTERVAL ${seconds} SECOND`;
const atLeast = (seconds: number) =>
  expect.toSatisfy((value: number) => value >= seconds && value < seconds + 5);

test('an empty platform', async () => {
  const none = { waiting: 0, active: 0, delayed: 0 };
  expect((await overview()).json).toEqual({
    queues: { immediate: none, scheduled: none },
    immediate: { enqueued: 0, oldest_waiting_seconds: 0, failed: 0, failed_last_hour: 0 },
    scheduled: { active: 0, pending: 0, oldest_waiting_seconds: 0, failed_last_hour: 0 },
  });
});

test('counts what waits, what failed and how late runs were', async () => {
  const { db } = world.resources;
  await world.inSeconds(-40, () => world.create());
  const held = await world.inSeconds(-90, () => world.create());
  await world.change(held, { lease_token: 'x', lease_until: new Date('2090-01-01') });
  await world.inSeconds(60, () => world.create());
  const fail = async () => {
    const id = await world.create();
    await world.work([{ id, round: 1, attempt: 1 }]);
  };
  world.sink.behave((stage) => (stage === 'recipient' ? { code: 550, text: 'no such user' } : 'accept'));
  await world.inSeconds(-3_000, fail);
  await world.inSeconds(-4_000, fail);

  await sql`INSERT INTO scheduled_tasks (id, content, cron, active, next_run, created_at, updated_at)
    VALUES (1, '', '0 0 * * *', 1, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3), UTC_TIMESTAMP(3)),
      (2, '', '0 0 * * *', 0, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3), UTC_TIMESTAMP(3))`.execute(db);
  const at = ago(0);
  // Runs that were 10, 20, … 300 ms late: the 29th of 30 is the nearest rank of 95 %.
  await sql`INSERT INTO scheduled_task_runs (task_id, trigger_kind, due_at, status, created_at, started_at, finished_at)
    SELECT 1, 'schedule', ${at} - INTERVAL seq SECOND, 'Completed', ${at},
      ${at} - INTERVAL seq SECOND + INTERVAL seq * 10000 MICROSECOND, ${at} FROM seq_1_to_30`.execute(db);
  await sql`INSERT INTO scheduled_task_runs (task_id, trigger_kind, due_at, status, next_attempt_at, created_at, started_at, finished_at)
    VALUES (1, 'manual', NULL, 'Failed', NULL, ${at}, ${at}, ${at}),
      (1, 'schedule', ${ago(9_000)}, 'Failed', NULL, ${at}, ${ago(8_000)}, ${ago(7_000)}),
      (1, 'schedule', ${ago(25.5)}, 'Pending', ${ago(25.5)}, ${at}, NULL, NULL),
      (1, 'schedule', ${ago(-60)}, 'Pending', ${ago(-60)}, ${at}, NULL, NULL)`.execute(db);

  const { json } = await overview();
  expect(json.queues.immediate).toEqual({ waiting: 5, active: 0, delayed: 0 });
  expect(json.immediate).toEqual({
    enqueued: 3,
    oldest_waiting_seconds: atLeast(40),
    failed: 2,
    failed_last_hour: 1,
  });
  expect(json.scheduled).toEqual({
    active: 1,
    pending: 2,
    oldest_waiting_seconds: atLeast(25),
    failed_last_hour: 1,
    late_p95_ms: 290,
  });
});

test('Redis unavailable: all the rest within 2 s', async () => {
  const { config, log } = world.resources;
  const gate = await startGate(config.REDIS_HOST, config.REDIS_PORT);
  const queues = openQueues({ ...config, REDIS_HOST: '127.0.0.1', REDIS_PORT: gate.port }, log);
  useResources({ ...world.resources, queues });
  expect((await overview()).json.queues).toBeDefined();
  gate.shut();
  const startedAt = performance.now();
  const { status, json } = await overview();
  expect(performance.now() - startedAt).toBeLessThan(2_000);
  expect([status, json.queues, json.immediate.enqueued]).toEqual([200, undefined, 3]);
  gate.open();
  await expect.poll(async () => (await overview()).json.queues, { timeout: 5_000 }).toBeDefined();
  useResources(world.resources);
  await queues.close();
  await gate.stop();
});
