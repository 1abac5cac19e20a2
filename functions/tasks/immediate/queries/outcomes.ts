import { sql } from 'kysely';
import { now } from '#shared/database/clock.ts';
import type { Database } from '#shared/database/database.ts';
import { withTransaction } from '#shared/database/transaction.ts';
import type { TaskAttempt } from '../rules/task-attempt.ts';

/** How an attempt ended and what becomes of its task. */
export interface AttemptOutcome extends TaskAttempt {
  readonly leaseToken: string;
  readonly outcome: 'Completed' | 'Failed' | 'Interrupted';
  /** Absent when it succeeded. */
  readonly error?: string;
  readonly next:
    | { readonly status: 'Enqueued'; readonly delayMs: number }
    | {
        readonly status: 'Completed' | 'Failed';
        readonly content: string;
        readonly redacted: boolean;
      };
}

/** Whose outcomes: the ones of a worker that still holds its lease, or of one whose lease has run out. */
export type LeaseState = 'live' | 'expired';

const toJson = ({ id, leaseToken, outcome, error, next }: AttemptOutcome) => ({
  id,
  token: leaseToken,
  outcome,
  error,
  status: next.status,
  ...(next.status === 'Enqueued'
    ? { delay: next.delayMs * 1_000 }
    : { content: next.content, redacted: next.redacted ? 1 : 0 }),
});

/**
 * Records outcomes on the tasks and their attempts in one statement (rules E5, E7, E9), each on condition that
 * its lease is in the given state. Returns how many were recorded; the others changed nothing.
 */
export const recordOutcomes = (
  db: Database,
  outcomes: readonly AttemptOutcome[],
  lease: LeaseState,
): Promise<number> =>
  withTransaction(db, async (transaction) => {
    const inLockOrder = [...outcomes].sort((a, b) => a.id - b.id);
    const inState = lease === 'live' ? sql`task.lease_until > ${now}` : sql`task.lease_until <= ${now}`;
    const { numAffectedRows } = await sql`
      UPDATE JSON_TABLE(${JSON.stringify(inLockOrder.map(toJson))}, '$[*]' COLUMNS (
          id BIGINT UNSIGNED PATH '$.id',
          token CHAR(36) PATH '$.token',
          outcome VARCHAR(11) PATH '$.outcome',
          status VARCHAR(9) PATH '$.status',
          error TEXT PATH '$.error',
          delay BIGINT PATH '$.delay',
          content TEXT PATH '$.content',
          redacted TINYINT PATH '$.redacted'
        )) ended
      STRAIGHT_JOIN immediate_tasks task FORCE INDEX (PRIMARY)
        ON task.id = ended.id AND task.lease_token = ended.token AND task.status = 'Enqueued' AND ${inState}
      STRAIGHT_JOIN task_attempts attempt FORCE INDEX (uq_task_attempts)
        ON attempt.task_id = task.id AND attempt.round_no = task.round_no AND attempt.attempt = task.attempts
      SET attempt.finished_at = ${now}, attempt.outcome = ended.outcome, attempt.error = ended.error,
        task.status = ended.status, task.error = ended.error, task.updated_at = ${now},
        task.lease_token = NULL, task.lease_until = NULL,
        task.next_attempt_at = ${now} + INTERVAL ended.delay MICROSECOND,
        task.completed_at = IF(ended.status = 'Enqueued', NULL, ${now}),
        task.content = COALESCE(ended.content, task.content),
        task.content_redacted = GREATEST(task.content_redacted, COALESCE(ended.redacted, 0))
    `.execute(transaction);
    return Number(numAffectedRows ?? 0n) / TABLES;
  });

/** The statement counts the task and the attempt of each outcome. */
const TABLES = 2;
