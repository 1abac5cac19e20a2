import { sql } from 'kysely';
import type { Database, Transaction } from '#shared/database/database.ts';
import { withTransaction } from '#shared/database/transaction.ts';

/** Deletes at most `limit` rows that are older than some days and returns how many there were. */
export type Sweep = (db: Database, days: number, limit: number) => Promise<number>;

/** Deadlocks with workers are tried again, one batch at a time. */
const inTransaction =
  (sweep: (transaction: Transaction, days: number, limit: number) => Promise<number>): Sweep =>
  (db, days, limit) =>
    withTransaction(db, (transaction) => sweep(transaction, days, limit));

const sweepImmediate = (status: 'Completed' | 'Failed'): Sweep =>
  inTransaction(async (db, days, limit) => {
    const { numAffectedRows } = await sql`DELETE FROM immediate_tasks
      WHERE status = ${status} AND completed_at < UTC_TIMESTAMP(3) - INTERVAL ${days} DAY
      ORDER BY completed_at LIMIT ${limit}`.execute(db);
    return Number(numAffectedRows ?? 0n);
  });

/** Completed immediate tasks, with their attempts, by the time they were completed. */
export const sweepCompletedTasks = sweepImmediate('Completed');

/** Failed immediate tasks, with their attempts, by the time they failed. */
export const sweepFailedTasks = sweepImmediate('Failed');

/** Logs of scheduled tasks by their creation. */
export const sweepLogs: Sweep = inTransaction(async (db, days, limit) => {
  const { numAffectedRows } = await sql`DELETE FROM scheduled_task_logs
    WHERE created_at < UTC_TIMESTAMP(3) - INTERVAL ${days} DAY
    ORDER BY created_at, id LIMIT ${limit}`.execute(db);
  return Number(numAffectedRows ?? 0n);
});

const sweepRunsOf = (status: 'Completed' | 'Failed' | 'Skipped'): Sweep =>
  inTransaction(async (db, days, limit) => {
    const { numAffectedRows } = await sql`DELETE FROM scheduled_task_runs
      WHERE status = ${status} AND finished_at < UTC_TIMESTAMP(3) - INTERVAL ${days} DAY
      ORDER BY finished_at LIMIT ${limit}`.execute(db);
    return Number(numAffectedRows ?? 0n);
  });

/** Finished runs by the time they finished, one status at a time as their index has it. */
export const RUN_SWEEPS: Readonly<Record<string, Sweep>> = {
  completedRuns: sweepRunsOf('Completed'),
  failedRuns: sweepRunsOf('Failed'),
  skippedRuns: sweepRunsOf('Skipped'),
};
