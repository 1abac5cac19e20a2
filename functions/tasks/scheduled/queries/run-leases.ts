import { sql } from 'kysely';
import { now } from '#shared/database/clock.ts';
import type { Queryable } from '#shared/database/database.ts';
import type { CatchUp } from '../rules/due-runs.ts';
import type { RunAttempt } from '../rules/run-attempt.ts';
import type { Schedule } from '../rules/timetable.ts';
import type { ClaimedRun } from './run-claims.ts';

type Held = Pick<ClaimedRun, 'id' | 'leaseToken'>;

const exists = async (db: Queryable, id: number): Promise<boolean> => {
  const row = await db.selectFrom('scheduled_task_runs').select('id').where('id', '=', id).executeTakeFirst();
  return row !== undefined;
};

/**
 * Renews the lease of a run; false when it is no longer the caller's. A run that was deleted with its task can't
 * be anybody else's: the effect under way may end, and be logged.
 */
export const renewRunLease = async (
  db: Queryable,
  { id, leaseToken }: Held,
  seconds: number,
): Promise<boolean> => {
  const renewed = await db
    .updateTable('scheduled_task_runs')
    .set({ lease_until: sql<Date>`UTC_TIMESTAMP(3) + INTERVAL ${seconds} SECOND` })
    .where('id', '=', id)
    .where('lease_token', '=', leaseToken)
    .where('lease_until', '>', now)
    .executeTakeFirst();
  return renewed.numUpdatedRows === 1n || !(await exists(db, id));
};

/** What has become of a run between two of its steps. */
export type StepState = 'held' | 'lost' | 'deleted';

/** Stores that the webhook of a run has been called (rule W3), on condition that the lease is still the caller's. */
export const recordWebhook = async (db: Queryable, { id, leaseToken }: Held): Promise<StepState> => {
  const recorded = await db
    .updateTable('scheduled_task_runs')
    .set({ webhook_done_at: now })
    .where('id', '=', id)
    .where('lease_token', '=', leaseToken)
    .where('lease_until', '>', now)
    .executeTakeFirst();
  if (recorded.numUpdatedRows === 1n) return 'held';
  return (await exists(db, id)) ? 'lost' : 'deleted';
};

/** An attempt whose worker let its lease run out. */
export interface InterruptedRun extends RunAttempt, Schedule {
  readonly taskId: number;
  readonly leaseToken: string;
  readonly dueAt: Date | undefined;
  readonly catchUp: CatchUp;
  /** MariaDB's time when it was found. */
  readonly foundAt: Date;
}

interface InterruptedRow {
  readonly id: number;
  readonly task_id: number;
  readonly attempts: number;
  readonly lease_token: string;
  readonly due_at: Date | null;
  readonly cron: string;
  readonly timezone: string;
  readonly catch_up: CatchUp;
  readonly found_at: Date;
}

/** Attempts whose lease has run out, by id; only those behind `afterId`. */
export const listInterruptedRuns = async (
  db: Queryable,
  limit: number,
  afterId: number,
): Promise<InterruptedRun[]> => {
  // Without the hint the order by id tempts the optimizer to walk all finished runs.
  const { rows } = await sql<InterruptedRow>`
    SELECT run.id, run.task_id, run.attempts, run.lease_token, run.due_at, task.cron, task.timezone,
      task.catch_up, ${now} AS found_at
    FROM scheduled_task_runs run FORCE INDEX (ix_scheduled_task_runs_due)
    JOIN scheduled_tasks task ON task.id = run.task_id
    WHERE run.status = 'Pending' AND run.lease_until <= ${now} AND run.id > ${afterId}
    ORDER BY run.id LIMIT ${limit}`.execute(db);
  return rows.map((row) => ({
    id: row.id,
    attempt: row.attempts,
    taskId: row.task_id,
    leaseToken: row.lease_token,
    dueAt: row.due_at ?? undefined,
    catchUp: row.catch_up,
    cron: row.cron,
    timezone: row.timezone,
    foundAt: row.found_at,
  }));
};
