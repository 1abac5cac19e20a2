import { sql } from 'kysely';
import { tick } from '#functions/tasks/operations/tick.ts';
import type { BenchWorld } from './bench-harness.ts';
import { timed } from './measuring.ts';

const LOADED_AT_ONCE = 100_000;

/** What was measured of the scheduler. */
export interface TickFigures {
  readonly loadSeconds: number;
  readonly dueSeconds: number;
  /** A tick that finds nothing due. */
  readonly idleSeconds: number;
  readonly runs: number;
  readonly jobs: number;
  /** Growth of this process over the tick, in MiB. */
  readonly memoryMb: number;
}

/** Daily tasks, every hundredth due within a second, the others spread over the coming day. */
const load = async ({ context }: BenchWorld, total: number, due: number): Promise<void> => {
  const every = Math.round(total / due);
  for (let from = 1; from <= total; from += LOADED_AT_ONCE) {
    const to = Math.min(total, from + LOADED_AT_ONCE - 1);
    await sql`INSERT INTO scheduled_tasks
        (user_id, template_id, content, cron, timezone, next_run, created_at, updated_at)
      SELECT seq MOD 50000 + 1, 4, 'ann@example.com', CONCAT(seq MOD 60, ' ', seq MOD 24, ' * * *'),
        'Europe/Berlin',
        IF(seq MOD ${every} = 0, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3) + INTERVAL 600 + seq MOD 86400 SECOND),
        UTC_TIMESTAMP(3), UTC_TIMESTAMP(3)
      FROM ${sql.table(`seq_${from}_to_${to}`)}`.execute(context.db);
  }
};

/** Times the tick over `total` scheduled tasks of which `due` are due; no worker takes the jobs meanwhile. */
export const benchTick = async (world: BenchWorld, total: number, due: number): Promise<TickFigures> => {
  const { context } = world;
  const loadSeconds = await timed(() => load(world, total, due));
  const before = process.memoryUsage.rss();
  const dueSeconds = await timed(() => tick(context));
  const memoryMb = (process.memoryUsage.rss() - before) / 2 ** 20;
  const idleSeconds = await timed(() => tick(context));
  const { rows } = await sql<{ runs: number }>`SELECT COUNT(*) AS runs FROM scheduled_task_runs`.execute(
    context.db,
  );
  const queue = await context.queues.open('scheduled');
  const jobs = await queue.getJobCountByTypes('waiting', 'delayed');
  return { loadSeconds, dueSeconds, idleSeconds, runs: Number(rows[0]?.runs), jobs, memoryMb };
};
