import { sql } from 'kysely';
import { now } from '#shared/database/clock.ts';
import type { Queryable, Transaction } from '#shared/database/database.ts';
import type { RunAttempt } from '../rules/run-attempt.ts';

/** The next attempt of an open run. */
export interface PendingRun extends RunAttempt {
  /** Not positive when it is due already. */
  readonly dueInMs: number;
  readonly dueAt: Date;
}

/** Where a page of {@link listPendingRuns} ended. */
export type PendingRunPosition = Pick<PendingRun, 'dueAt' | 'id'>;

interface OpenRow {
  readonly id: number;
  readonly attempts: number;
  readonly next_attempt_at: Date;
  readonly due_in_ms: number;
}

const toPendingRun = (row: OpenRow): PendingRun => ({
  id: row.id,
  attempt: row.attempts + 1,
  dueInMs: Number(row.due_in_ms),
  dueAt: row.next_attempt_at,
});

const DUE_IN_MS = sql`TIMESTAMPDIFF(MICROSECOND, UTC_TIMESTAMP(3), next_attempt_at) DIV 1000 AS due_in_ms`;

/** Inserts one run for each due instant and returns them; an instant that has a run keeps the one it has (S6). */
export const insertScheduledRuns = async (
  transaction: Transaction,
  runs: readonly { readonly taskId: number; readonly dueAt: Date }[],
): Promise<PendingRun[]> => {
  if (runs.length === 0) return [];
  const values = runs.map(({ taskId, dueAt }) => sql`(${taskId}, 'schedule', ${dueAt}, ${dueAt}, ${now})`);
  const { rows } = await sql<OpenRow & { status: string }>`
    INSERT INTO scheduled_task_runs (task_id, trigger_kind, due_at, next_attempt_at, created_at)
    VALUES ${sql.join(values)}
    ON DUPLICATE KEY UPDATE task_id = scheduled_task_runs.task_id
    RETURNING id, attempts, status, next_attempt_at, ${DUE_IN_MS}`.execute(transaction);
  return rows.filter(({ status, attempts }) => status === 'Pending' && attempts === 0).map(toPendingRun);
};

/** Inserts a run that is due at once and returns its id. */
export const insertManualRun = async (transaction: Transaction, taskId: number): Promise<number> => {
  const { insertId } = await transaction
    .insertInto('scheduled_task_runs')
    .values({ task_id: taskId, trigger_kind: 'manual', next_attempt_at: now, created_at: now })
    .executeTakeFirstOrThrow();
  return Number(insertId);
};

/** Deletes the scheduled runs of a locked task that have not started; returns when the first of them was due. */
export const withdrawRuns = async (transaction: Transaction, taskId: number): Promise<Date | undefined> => {
  const { rows } = await sql<{ id: number; due_at: Date }>`
    SELECT id, due_at FROM scheduled_task_runs FORCE INDEX (ix_scheduled_task_runs_task)
    WHERE task_id = ${taskId} AND status = 'Pending' AND attempts = 0 AND trigger_kind = 'schedule'
    ORDER BY due_at FOR UPDATE`.execute(transaction);
  if (rows.length === 0) return undefined;
  await sql`DELETE run FROM scheduled_task_runs run FORCE INDEX (PRIMARY)
    WHERE run.id IN (${sql.join(rows.map(({ id }) => id))})`.execute(transaction);
  return rows[0]?.due_at;
};

/** Open runs that no worker holds and that are due within the look-ahead, by due time and id. */
export const listPendingRuns = async (
  db: Queryable,
  lookaheadSeconds: number,
  limit: number,
  after?: PendingRunPosition,
): Promise<PendingRun[]> => {
  const behind = after
    ? sql`AND next_attempt_at >= ${after.dueAt} AND (next_attempt_at > ${after.dueAt} OR id > ${after.id})`
    : sql``;
  const { rows } = await sql<OpenRow>`
    SELECT id, attempts, next_attempt_at, ${DUE_IN_MS}
    FROM scheduled_task_runs FORCE INDEX (ix_scheduled_task_runs_due)
    WHERE status = 'Pending' AND lease_token IS NULL
      AND next_attempt_at <= UTC_TIMESTAMP(3) + INTERVAL ${lookaheadSeconds} SECOND ${behind}
    ORDER BY next_attempt_at, id LIMIT ${limit}`.execute(db);
  return rows.map(toPendingRun);
};
