import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startDispatcher } from '#shared/queue/dispatcher.ts';
import { queuePrefix } from '#shared/queue/queue-prefix.ts';
import { redisUrl } from '#shared/redis/redis.ts';
import { tick } from '../operations/tick.ts';
import { openScheduledHarness, type ScheduledHarness } from '../testing/scheduled-harness.ts';
import { startWebhookSink, type WebhookSink } from '../testing/webhook-sink.ts';
import { workScheduled } from './work-scheduled.ts';

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

const TASKS = 200;

/** Nearest rank. */
const percentile = (values: readonly number[], share: number): number =>
  [...values].sort((a, b) => a - b)[Math.ceil(values.length * share) - 1] ?? Number.NaN;

test('one tick claims ahead: 95 % of the runs start at most 1 s after their due times', async () => {
  const { db, config, log } = world.resources;
  const dispatcher = startDispatcher({
    bindings: [
      {
        queue: 'scheduled',
        batchSize: 1,
        concurrency: config.TASK_SCHEDULED_CONCURRENCY,
        maximumBatchingWindowMs: 0,
        invoke: (event) => workScheduled(event, world.resources.context()),
      },
    ],
    redisUrl: redisUrl(config),
    prefix: queuePrefix(config),
    log,
  });
  // From half a second to two seconds after now, so that none is due when the tick comes.
  await sql`INSERT INTO scheduled_tasks (url, content, cron, next_run, created_at, updated_at)
    SELECT CONCAT('http://127.0.0.1:', ${String(hooks.port)}, '/', seq), '', '0 0 1 1 *',
      UTC_TIMESTAMP(3) + INTERVAL 500000 + seq * 7500 MICROSECOND, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3)
    FROM seq_1_to_200`.execute(db);
  await tick(world.resources.context());
  const runs = () => db.selectFrom('scheduled_task_runs').selectAll().execute();
  await vi.waitFor(
    async () => expect((await runs()).filter(({ status }) => status === 'Completed')).toHaveLength(TASKS),
    { timeout: 10_000, interval: 100 },
  );
  await dispatcher.close();
  const late = (await runs()).map(({ started_at, due_at }) => Number(started_at) - Number(due_at));
  expect(Math.min(...late)).toBeGreaterThanOrEqual(0);
  expect(percentile(late, 0.95)).toBeLessThanOrEqual(1_000);
  expect(new Set(hooks.calls.map(({ path }) => path)).size).toBe(TASKS);
  expect(hooks.calls).toHaveLength(TASKS);
});
