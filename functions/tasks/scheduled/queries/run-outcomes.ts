import { sql } from 'kysely';
import { now } from '#shared/database/clock.ts';
import type { Database, Transaction } from '#shared/database/database.ts';
import { withTransaction } from '#shared/database/transaction.ts';
import type { LeaseState } from '../../immediate/queries/outcomes.ts';
import { type RunAttempt, runName } from '../rules/run-attempt.ts';

/** How an attempt of a run ended and what becomes of the run. */
export interface RunOutcome extends RunAttempt {
  readonly taskId: number;
  readonly leaseToken: string;
  /** Absent when the attempt succeeded. */
  readonly error?: string;
  /** The answer to the webhook in this attempt. */
  readonly httpStatus?: number;
  readonly response?: string;
  readonly isWebhookDone: boolean;
  readonly isMailDone: boolean;
  readonly next:
    | { readonly status: 'Pending'; readonly delayMs: number }
    | { readonly status: 'Completed' | 'Failed' };
}

type RunState = 'recordable' | 'deleted' | 'lost';

const lockRuns = async (
  transaction: Transaction,
  outcomes: readonly RunOutcome[],
  lease: LeaseState,
): Promise<(outcome: RunOutcome) => RunState> => {
  const taskIds = outcomes.map(({ taskId }) => taskId);
  // A log refers to its task, so the task is locked anyway; before the run, as everywhere.
  await sql`SELECT id FROM scheduled_tasks FORCE INDEX (PRIMARY) WHERE id IN (${sql.join(taskIds)}) ORDER BY id
    LOCK IN SHARE MODE`.execute(transaction);
  const ids = outcomes.map(({ id }) => id);
  const { rows } = await sql<{ id: number; lease_token: string | null; is_live: number }>`
    SELECT id, lease_token, lease_until > ${now} AS is_live
    FROM scheduled_task_runs FORCE INDEX (PRIMARY) WHERE id IN (${sql.join(ids)}) ORDER BY id FOR UPDATE`.execute(
    transaction,
  );
  const found = new Map(rows.map((row) => [row.id, row]));
  return ({ id, leaseToken }) => {
    const run = found.get(id);
    if (!run) return lease === 'live' ? 'deleted' : 'lost';
    const isInState = (run.is_live === 1) === (lease === 'live');
    return run.lease_token === leaseToken && isInState ? 'recordable' : 'lost';
  };
};

const insertLogs = async (
  transaction: Transaction,
  logs: readonly { readonly outcome: RunOutcome; readonly taskId: number | null }[],
): Promise<void> => {
  await transaction
    .insertInto('scheduled_task_logs')
    .values(
      logs.map(({ outcome, taskId }) => ({
        task_id: taskId,
        job_id: runName(outcome),
        attempt: outcome.attempt,
        status: outcome.error === undefined ? ('Completed' as const) : ('Failed' as const),
        http_status: outcome.httpStatus ?? null,
        error: outcome.error ?? null,
        response: outcome.response ?? null,
        created_at: now,
      })),
    )
    .onDuplicateKeyUpdate({ job_id: sql`scheduled_task_logs.job_id` })
    .execute();
};

const toJson = ({ id, error, isWebhookDone, isMailDone, next }: RunOutcome) => ({
  id,
  error,
  status: next.status,
  webhook: isWebhookDone ? 1 : 0,
  mail: isMailDone ? 1 : 0,
  ...(next.status === 'Pending' ? { delay: next.delayMs * 1_000 } : {}),
});

const updateRuns = async (transaction: Transaction, outcomes: readonly RunOutcome[]): Promise<void> => {
  await sql`
    UPDATE JSON_TABLE(${JSON.stringify(outcomes.map(toJson))}, '$[*]' COLUMNS (
        id BIGINT UNSIGNED PATH '$.id',
        status VARCHAR(9) PATH '$.status',
        error TEXT PATH '$.error',
        webhook TINYINT PATH '$.webhook',
        mail TINYINT PATH '$.mail',
        delay BIGINT PATH '$.delay'
      )) ended
    STRAIGHT_JOIN scheduled_task_runs run FORCE INDEX (PRIMARY) ON run.id = ended.id
    SET run.status = ended.status, run.error = ended.error, run.lease_token = NULL, run.lease_until = NULL,
      run.webhook_done_at = IF(ended.webhook, COALESCE(run.webhook_done_at, ${now}), run.webhook_done_at),
      run.mail_done_at = IF(ended.mail, COALESCE(run.mail_done_at, ${now}), run.mail_done_at),
      run.next_attempt_at = ${now} + INTERVAL ended.delay MICROSECOND,
      run.finished_at = IF(ended.status = 'Pending', NULL, ${now})`.execute(transaction);
};

/**
 * Records outcomes on the runs and in the log (rules E5, E7), each on condition that its lease is in the given
 * state. A worker's attempt whose task was deleted meanwhile is only logged, without its task. Returns how many
 * were recorded; the others changed nothing.
 */
export const recordRunOutcomes = (
  db: Database,
  outcomes: readonly RunOutcome[],
  lease: LeaseState,
): Promise<number> =>
  withTransaction(db, async (transaction) => {
    const stateOf = await lockRuns(transaction, outcomes, lease);
    const recordable = outcomes.filter((outcome) => stateOf(outcome) === 'recordable');
    const deleted = outcomes.filter((outcome) => stateOf(outcome) === 'deleted');
    const logs = [
      ...recordable.map((outcome) => ({ outcome, taskId: outcome.taskId })),
      ...deleted.map((outcome) => ({ outcome, taskId: null })),
    ];
    if (logs.length > 0) await insertLogs(transaction, logs);
    if (recordable.length > 0) await updateRuns(transaction, recordable);
    return logs.length;
  });
