import { afterAll, beforeAll, expect, test } from 'vitest';
import { useResources } from '#shared/host/resources.ts';
import { openQueues } from '#shared/queue/queues.ts';
import { startGate } from '../testing/gate.ts';
import { answerWith, openRunHarness, type RunHarness } from '../testing/run-harness.ts';
import type { AdminEndpoint } from '../testing/task-admin-harness.ts';

let world: RunHarness;
let overview: AdminEndpoint;
beforeAll(async () => {
  world = await openRunHarness();
  overview = world.endpoint('getTaskOverview');
});
afterAll(() => world.close());

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

  world.hooks.behave(answerWith(410));
  const { taskId, runId } = await world.inSeconds(-9_000, () => world.createRun());
  await world.inSeconds(-7_000, () => world.workRuns([{ id: runId, attempt: 1 }]));
  const manual = await world.insertRun(taskId, { trigger_kind: 'manual' });
  await world.workRuns([{ id: manual, attempt: 1 }]);
  world.behaveWell();
  await world.insertTask({ active: 0 });
  // Runs that were 300, 290, … 10 ms late: the 29th of 30 is the nearest rank of 95 %.
  const start = Date.now() - 60_000;
  try {
    for (let lateMs = 300; lateMs > 0; lateMs -= 10) {
      const due = start - lateMs * 100;
      await world.resources.at(new Date(due));
      const id = await world.insertRun(taskId);
      await world.resources.at(new Date(due + lateMs));
      await world.workRuns([{ id, attempt: 1 }]);
    }
  } finally {
    await world.resources.at();
  }
  await world.inSeconds(-40, () => world.create());
  await world.inSeconds(-25.5, () => world.insertRun(taskId));
  await world.inSeconds(60, () => world.insertRun(taskId));

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
