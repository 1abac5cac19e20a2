import { sql } from 'kysely';
import { now } from '#shared/database/clock.ts';
import type { Queryable, Transaction } from '#shared/database/database.ts';
import type { ScheduledTask } from './scheduled-tasks.ts';

/** What a tick needs to know of a task that is due. */
export type ClaimableTask = Pick<ScheduledTask, 'id' | 'cron' | 'timezone' | 'catchUp' | 'nextRun'>;

/** Where a page of {@link takeDueTasks} ended. */
export type DuePosition = Pick<ClaimableTask, 'id' | 'nextRun'>;

const DUE = (lookaheadSeconds: number) =>
  sql`active = 1 AND next_run <= UTC_TIMESTAMP(3) + INTERVAL ${lookaheadSeconds} SECOND`;

/**
 * Locks active tasks that are due within the look-ahead, by due time and id, only those behind the position. Tasks
 * that somebody else has locked are passed over (rule S2).
 */
export const takeDueTasks = async (
  transaction: Transaction,
  { lookaheadSeconds, limit }: { readonly lookaheadSeconds: number; readonly limit: number },
  after: DuePosition | undefined,
): Promise<ClaimableTask[]> => {
  const behind = after
    ? sql`AND next_run >= ${after.nextRun} AND (next_run > ${after.nextRun} OR id > ${after.id})`
    : sql``;
  const { rows } = await sql<{
    id: number;
    cron: string;
    timezone: string;
    catch_up: ScheduledTask['catchUp'];
    next_run: Date;
  }>`SELECT id, cron, timezone, catch_up, next_run
    FROM scheduled_tasks FORCE INDEX (ix_scheduled_tasks_due)
    WHERE ${DUE(lookaheadSeconds)} ${behind}
    ORDER BY next_run, id LIMIT ${limit} FOR UPDATE SKIP LOCKED`.execute(transaction);
  return rows.map(({ id, cron, timezone, catch_up, next_run }) => ({
    id,
    cron,
    timezone,
    catchUp: catch_up,
    nextRun: next_run,
  }));
};

/** Whether a task that is due within the look-ahead is left, locked or not, but for the given ones. */
export const isAnyTaskDue = async (
  db: Queryable,
  lookaheadSeconds: number,
  except: readonly number[],
): Promise<boolean> => {
  const others = except.length > 0 ? sql`AND id NOT IN (${sql.join(except)})` : sql``;
  const { rows } = await sql`SELECT 1 FROM scheduled_tasks FORCE INDEX (ix_scheduled_tasks_due)
    WHERE ${DUE(lookaheadSeconds)} ${others} LIMIT 1`.execute(db);
  return rows.length > 0;
};

/** Makes tasks inactive that can't run any more (rule S10). */
export const deactivateTasks = async (transaction: Transaction, ids: readonly number[]): Promise<void> => {
  if (ids.length === 0) return;
  await sql`UPDATE scheduled_tasks FORCE INDEX (PRIMARY) SET active = 0, updated_at = ${now}
    WHERE id IN (${sql.join(ids)})`.execute(transaction);
};

/**
 * Moves the next due instants of locked tasks in one statement. Without the hint the optimizer walks a small table,
 * and then waits for every row that somebody else has locked.
 */
export const moveNextRuns = async (
  transaction: Transaction,
  moves: readonly { readonly id: number; readonly nextRun: Date }[],
): Promise<void> => {
  if (moves.length === 0) return;
  const json = JSON.stringify(moves.map(({ id, nextRun }) => ({ id, at: toDateTime(nextRun) })));
  await sql`
    UPDATE JSON_TABLE(${json}, '$[*]' COLUMNS (
        id INT UNSIGNED PATH '$.id', next_run DATETIME(3) PATH '$.at'
      )) moved
    STRAIGHT_JOIN scheduled_tasks task FORCE INDEX (PRIMARY) ON task.id = moved.id
    SET task.next_run = moved.next_run`.execute(transaction);
};

/** `2026-01-02 03:04:05.678`, as a DATETIME is written inside JSON. */
const toDateTime = (date: Date): string => date.toISOString().replace('T', ' ').replace('Z', '');

/** Notes on their locked tasks when these runs, in their first attempts, have started. */
export const notePreviousRuns = async (
  transaction: Transaction,
  runIds: readonly number[],
): Promise<void> => {
  if (runIds.length === 0) return;
  await sql`
    UPDATE scheduled_task_runs run FORCE INDEX (PRIMARY)
    STRAIGHT_JOIN scheduled_tasks task FORCE INDEX (PRIMARY) ON task.id = run.task_id
    SET task.previous_run = run.started_at
    WHERE run.id IN (${sql.join(runIds)})`.execute(transaction);
};
