import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createLog } from '#shared/log/log.ts';
import { startDispatcher } from '#shared/queue/dispatcher.ts';
import { queuePrefix } from '#shared/queue/queue-prefix.ts';
import { openQueues } from '#shared/queue/queues.ts';
import { redisUrl } from '#shared/redis/redis.ts';
import { workImmediate } from '../immediate/work-immediate.ts';
import { startGate } from '../testing/gate.ts';
import { newRecipient, openTaskHarness, type TaskHarness } from '../testing/task-harness.ts';
import { tick } from './tick.ts';

let world: TaskHarness;
beforeAll(async () => {
  world = await openTaskHarness();
});
afterAll(() => world.close());

/** For what happens in another process's time. */
const PATIENCE = { timeout: 5_000, interval: 100 };

const first = (id: number) => ({ id, round: 1, attempt: 1 });

test('restores what Redis has lost, each job delayed to its due time', async () => {
  const due = await world.create();
  const later = await world.inSeconds(120, () => world.create());
  const held = await world.create();
  const done = await world.create();
  await world.change(held, { lease_token: 'x', lease_until: new Date('2090-01-01') });
  await world.work([first(done)]);
  const soon = await world.inSeconds(30, () => world.create());
  await world.queue.obliterate({ force: true });
  await tick(world.resources.context());
  const jobs = await Promise.all([due, soon, later, held, done].map((id) => world.job(first(id))));
  expect(jobs.map((job) => job?.id)).toEqual([
    `im-${due}-1-1`,
    `im-${soon}-1-1`,
    undefined,
    undefined,
    undefined,
  ]);
  expect(jobs[0]?.delay).toBe(0);
  expect(jobs[1]?.delay).toBeGreaterThan(28_000);
  expect(jobs[1]?.delay).toBeLessThanOrEqual(30_000);
});

test('extra ticks at the same moment add nothing', async () => {
  await world.queue.obliterate({ force: true });
  const id = await world.create();
  const before = await world.queue.getJobCounts();
  await Promise.all(Array.from({ length: 4 }, () => tick(world.resources.context())));
  const { waiting = 0 } = await world.queue.getJobCounts();
  await tick(world.resources.context());
  expect((await world.queue.getJobCounts())['waiting']).toBe(waiting);
  expect(waiting).toBeGreaterThanOrEqual(before['waiting'] ?? 0);
  expect(await world.job(first(id))).toBeDefined();
});

test('goes through more tasks than one page, whatever their due times', async () => {
  await world.queue.obliterate({ force: true });
  const { db } = world.resources;
  await sql`DELETE FROM immediate_tasks`.execute(db);
  // Groups with one due time are larger than a page, so that the order by id matters.
  await sql`INSERT INTO immediate_tasks (template_id, content, next_attempt_at, created_at, updated_at)
    SELECT 1, 'x', UTC_TIMESTAMP(3) - INTERVAL (seq DIV 700) SECOND, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3)
    FROM seq_1_to_1700`.execute(db);
  await tick(world.resources.context());
  expect((await world.queue.getJobCounts())['waiting']).toBe(1_700);
  await sql`DELETE FROM immediate_tasks`.execute(db);
  await world.queue.obliterate({ force: true });
});

test('Redis unavailable: the task is created within 2 s, and the first tick after its return queues it', async () => {
  const { config, log } = world.resources;
  const gate = await startGate(config.REDIS_HOST, config.REDIS_PORT);
  const queues = openQueues({ ...config, REDIS_HOST: '127.0.0.1', REDIS_PORT: gate.port }, log);
  const before = await world.create({}, { queues });
  expect(await world.job(first(before))).toBeDefined();
  gate.shut();
  const startedAt = performance.now();
  const id = await world.create({}, { queues });
  expect(performance.now() - startedAt).toBeLessThan(2_000);
  await tick(world.resources.context({ queues }));
  expect(await world.job(first(id))).toBeUndefined();
  expect(await world.task(id)).toMatchObject({ status: 'Enqueued', attempts: 0, error: null });
  gate.open();
  await vi.waitFor(async () => {
    await tick(world.resources.context({ queues }));
    expect(await world.job(first(id))).toBeDefined();
  }, PATIENCE);
  await queues.close();
  await gate.stop();
});

test('a step that fails does not stop the others', async () => {
  const ran: string[] = [];
  await tick(world.resources.context(), [
    {
      one: async () => {
        throw new Error('no');
      },
      two: async () => {
        ran.push('two');
      },
    },
  ]);
  expect(ran).toEqual(['two']);
});

test('from the endpoint to the inbox through the real queue, retries included', async () => {
  const { config, log } = world.resources;
  const recipient = newRecipient();
  let refusals = 0;
  world.sink.behave((stage, address) => {
    if (stage !== 'recipient' || address !== recipient || refusals > 0) return 'accept';
    refusals += 1;
    return { code: 450, text: 'later' };
  });
  const dispatcher = startDispatcher({
    bindings: [
      {
        queue: 'immediate',
        batchSize: 1,
        concurrency: 5,
        maximumBatchingWindowMs: 0,
        invoke: (event) => workImmediate(event, world.resources.context()),
      },
    ],
    redisUrl: redisUrl(config),
    prefix: queuePrefix(config),
    log,
  });
  const id = await world.create({ recipient });
  await vi.waitFor(
    async () => expect(await world.task(id)).toMatchObject({ attempts: 1, lease_token: null }),
    PATIENCE,
  );
  // The ladder delays the second attempt by 10 s; Redis does not know of another clock.
  await world.inSeconds(20, async () => {
    await (await world.job({ ...first(id), attempt: 2 }))?.promote();
    await world.sink.waitFor(({ envelope }) => envelope.to.includes(recipient));
    await vi.waitFor(
      async () => expect(await world.task(id)).toMatchObject({ status: 'Completed', attempts: 2 }),
      PATIENCE,
    );
  });
  await dispatcher.close();
  expect(world.mailsTo(recipient)).toHaveLength(1);
});

test('a database that is unavailable fails the run once, without a line for each step', async () => {
  const lost = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  const ran: string[] = [];
  const away = (name: string) => async () => {
    ran.push(name);
    throw lost;
  };
  const lines: string[] = [];
  const log = createLog('info', { write: (line: string) => lines.push(line) });
  const lanes = [{ first: away('first'), second: away('second') }, { third: away('third') }];
  await expect(tick(world.resources.context({ log }), lanes)).rejects.toBe(lost);
  expect(ran).toEqual(['first', 'third']);
  expect(lines).toEqual([]);
});
