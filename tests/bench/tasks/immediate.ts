import { sql } from 'kysely';
import { enqueueTogether } from '#functions/tasks/immediate/immediate-tasks.ts';
import type { Context } from '#shared/host/context.ts';
import { type BenchWorld, REQUESTS_AT_A_TIME } from './bench-harness.ts';
import type { Child } from './children.ts';
import { percentile, repeat, timed, until } from './measuring.ts';

const TASK = {
  slug: 'register_template',
  userId: 7,
  content: 'ann@example.com;https://example.org/api/v6/auth/verify-email?validToken=abc123',
};
const WARM_UP = 1_000;
const PACED_SECONDS = 10;
const PACED_PER_SECOND = 200;

/** What POST /tasks/immediate does once its body is validated: template lock, encryption, row, commit, job. */
const post = (context: Context): Promise<number> => enqueueTogether(context.db, context, TASK);

const isDrained = async ({ db }: Context): Promise<boolean> => {
  const { rows } = await sql<{ one: number }>`
    SELECT 1 AS one FROM immediate_tasks WHERE status = 'Enqueued' LIMIT 1`.execute(db);
  return rows.length === 0;
};

const postAndDrain = async (context: Context, count: number): Promise<void> => {
  await repeat(count, REQUESTS_AT_A_TIME, () => post(context));
  await until(() => isDrained(context));
};

const memoryOf = async (workers: readonly Child[]): Promise<number> =>
  Math.max(...(await Promise.all(workers.map(async (one) => Number((await one.ask())['memoryMb'])))));

/** Tasks at a steady pace that leaves workers free; milliseconds from the row to the start of its attempt. */
const pickUpTimes = async (context: Context): Promise<number[]> => {
  const { db } = context;
  const { rows: before } = await sql<{ id: number }>`SELECT MAX(id) AS id FROM immediate_tasks`.execute(db);
  const startedAt = performance.now();
  const running: Promise<unknown>[] = [];
  for (let index = 0; index < PACED_SECONDS * PACED_PER_SECOND; index++) {
    const dueMs = startedAt + (index * 1_000) / PACED_PER_SECOND - performance.now();
    if (dueMs > 1) await new Promise((resolve) => setTimeout(resolve, dueMs));
    running.push(post(context));
  }
  await Promise.all(running);
  await until(() => isDrained(context));
  const { rows } = await sql<{ ms: number }>`
    SELECT TIMESTAMPDIFF(MICROSECOND, task.created_at, attempt.started_at) / 1000 AS ms
    FROM immediate_tasks task JOIN task_attempts attempt ON attempt.task_id = task.id
    WHERE task.id > ${before[0]?.id ?? 0}`.execute(db);
  return rows.map(({ ms }) => Number(ms));
};

/** What was measured of durable immediate tasks. */
export interface ImmediateFigures {
  readonly perSecond: number;
  readonly pickUpP50Ms: number;
  readonly pickUpP95Ms: number;
  /** Resident memory of the largest worker after a tenth of the tasks and after all of them, in MiB. */
  readonly memory: readonly [number, number];
  /** Mails that the server accepted less tasks that were created: 0, or something is wrong. */
  readonly surplusMails: number;
}

/** Creates and sends `count` tasks, then some more at a steady pace. */
export const benchImmediate = async (world: BenchWorld, count: number): Promise<ImmediateFigures> => {
  const { context, sink } = world;
  const workers = await world.startWorkers('./worker.ts');
  await postAndDrain(context, WARM_UP);
  const memoryBefore = await memoryOf(workers);
  const seconds = await timed(() => postAndDrain(context, count));
  const memory = [memoryBefore, await memoryOf(workers)] as const;
  const pickUps = await pickUpTimes(context);
  for (const worker of workers) await worker.stop();
  const created = WARM_UP + count + PACED_SECONDS * PACED_PER_SECOND;
  return {
    perSecond: count / seconds,
    pickUpP50Ms: percentile(pickUps, 0.5),
    pickUpP95Ms: percentile(pickUps, 0.95),
    memory,
    surplusMails: Number((await sink.ask())['accepted']) - created,
  };
};
