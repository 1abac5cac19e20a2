import { sql } from 'kysely';
import { now } from '#shared/database/clock.ts';
import type { Database, Queryable, Transaction } from '#shared/database/database.ts';
import { withTransaction } from '#shared/database/transaction.ts';
import type { LeaseTerms } from '../../immediate/queries/claims.ts';
import type { Template } from '../../templates/rules/template.ts';
import type { CatchUp } from '../rules/due-runs.ts';
import type { RunAttempt } from '../rules/run-attempt.ts';
import { isSkipped } from '../rules/skipping.ts';
import type { Schedule } from '../rules/timetable.ts';
import { notePreviousRuns } from './due-tasks.ts';
import { lockTasks } from './scheduled-tasks.ts';

/** A run whose attempt a worker has claimed, with its task as it was then. */
export interface ClaimedRun extends RunAttempt, Schedule {
  readonly taskId: number;
  readonly leaseToken: string;
  /** MariaDB's time of the claim. */
  readonly claimedAt: Date;
  /** Absent for manual runs. */
  readonly dueAt: Date | undefined;
  readonly catchUp: CatchUp;
  readonly url: string | undefined;
  readonly method: 'GET' | 'POST';
  readonly content: string;
  readonly templateId: number | undefined;
  readonly template: Template | undefined;
  /** Whether an earlier attempt has called the webhook. */
  readonly isWebhookDone: boolean;
  /** Whether an earlier attempt has sent the mail. */
  readonly isMailDone: boolean;
}

interface ClaimedRow {
  readonly id: number;
  readonly task_id: number;
  readonly attempts: number;
  readonly due_at: Date | null;
  readonly webhook_done_at: Date | null;
  readonly mail_done_at: Date | null;
  readonly url: string | null;
  readonly method: 'GET' | 'POST';
  readonly content: string;
  readonly template_id: number | null;
  readonly cron: string;
  readonly timezone: string;
  readonly active: number;
  readonly catch_up: CatchUp;
  readonly subject_template: string | null;
  readonly body_template: string | null;
  readonly is_superseded: number;
  readonly claimed_at: Date;
}

const toClaimed = (row: ClaimedRow, leaseToken: string): ClaimedRun => ({
  id: row.id,
  attempt: row.attempts,
  taskId: row.task_id,
  leaseToken,
  claimedAt: row.claimed_at,
  dueAt: row.due_at ?? undefined,
  catchUp: row.catch_up,
  cron: row.cron,
  timezone: row.timezone,
  url: row.url ?? undefined,
  method: row.method,
  content: row.content,
  templateId: row.template_id ?? undefined,
  template:
    row.subject_template === null || row.body_template === null
      ? undefined
      : { subject: row.subject_template, body: row.body_template },
  isWebhookDone: row.webhook_done_at !== null,
  isMailDone: row.mail_done_at !== null,
});

const idsOf = (attempts: readonly RunAttempt[]) => sql.join(attempts.map(({ id }) => sql`${id}`));

/** The rows' state before these attempts. Page the ids as well gives the optimizer keys to look up. */
const waitingFor = (attempts: readonly RunAttempt[]) => {
  const states = attempts.map(({ id, attempt }) => sql`(${id}, ${attempt - 1})`);
  return sql`status = 'Pending' AND id IN (${idsOf(attempts)})
    AND (id, attempts) IN (${sql.join(states)}) AND lease_token IS NULL`;
};

const lockTasksOf = async (transaction: Transaction, attempts: readonly RunAttempt[]): Promise<void> => {
  const { rows } = await sql<{ task_id: number }>`
    SELECT DISTINCT task_id FROM scheduled_task_runs WHERE id IN (${idsOf(attempts)})`.execute(transaction);
  await lockTasks(
    transaction,
    rows.map(({ task_id }) => task_id),
  );
};

const readClaimed = async (transaction: Transaction, attempts: readonly RunAttempt[], token: string) => {
  const { rows } = await sql<ClaimedRow>`
    SELECT run.id, run.task_id, run.attempts, run.due_at, run.webhook_done_at, run.mail_done_at, task.url,
      task.method, task.content, task.template_id, task.cron, task.timezone, task.active, task.catch_up,
      template.subject_template, template.body_template, ${now} AS claimed_at,
      EXISTS (SELECT 1 FROM scheduled_task_runs later WHERE later.task_id = run.task_id
        AND later.due_at > run.due_at AND later.due_at <= ${now}) AS is_superseded
    FROM scheduled_task_runs run
    JOIN scheduled_tasks task ON task.id = run.task_id
    LEFT JOIN email_templates template ON template.id = task.template_id
    WHERE run.id IN (${idsOf(attempts)}) AND run.lease_token = ${token}`.execute(transaction);
  return rows;
};

const skip = async (transaction: Transaction, ids: readonly number[]): Promise<void> => {
  if (ids.length === 0) return;
  await sql`
    UPDATE scheduled_task_runs FORCE INDEX (PRIMARY)
    SET status = 'Skipped', finished_at = ${now}, next_attempt_at = NULL, lease_token = NULL,
      lease_until = NULL, started_at = IF(attempts = 1, NULL, started_at)
    WHERE id IN (${sql.join(ids)})`.execute(transaction);
};

/**
 * Claims what can be claimed of these attempts (rule E3), then looks at their tasks: runs that rule S7 skips end
 * here, the others are returned. A lease that ran out is the tick's business.
 */
export const claimRuns = (
  db: Database,
  attempts: readonly RunAttempt[],
  { token, seconds }: LeaseTerms,
  graceMs: number,
): Promise<ClaimedRun[]> =>
  withTransaction(db, async (transaction) => {
    await lockTasksOf(transaction, attempts);
    const claimed = await sql`
      UPDATE scheduled_task_runs FORCE INDEX (PRIMARY)
      SET attempts = attempts + 1, lease_token = ${token},
        lease_until = UTC_TIMESTAMP(3) + INTERVAL ${seconds} SECOND,
        started_at = COALESCE(started_at, ${now})
      WHERE ${waitingFor(attempts)} AND next_attempt_at <= ${now}`.execute(transaction);
    if (claimed.numAffectedRows === 0n) return [];
    const rows = await readClaimed(transaction, attempts, token);
    const isRowSkipped = (row: ClaimedRow): boolean =>
      isSkipped(
        {
          attempt: row.attempts,
          dueAt: row.due_at ?? undefined,
          isTaskActive: row.active === 1,
          catchUp: row.catch_up,
          isSuperseded: row.is_superseded === 1,
        },
        { now: row.claimed_at, graceMs },
      );
    const skipped = new Set(rows.filter(isRowSkipped).map(({ id }) => id));
    await skip(transaction, [...skipped]);
    const kept = rows.filter(({ id }) => !skipped.has(id));
    const starting = kept.filter(({ attempts: count }) => count === 1);
    await notePreviousRuns(
      transaction,
      starting.map(({ id }) => id),
    );
    return kept.map((row) => toClaimed(row, token));
  });

/** Milliseconds by id that those of these attempts have to wait which are only early. */
export const findEarlyRuns = async (
  db: Queryable,
  attempts: readonly RunAttempt[],
): Promise<ReadonlyMap<number, number>> => {
  const { rows } = await sql<{ id: number; wait_ms: number }>`
    SELECT id, CEIL(TIMESTAMPDIFF(MICROSECOND, UTC_TIMESTAMP(3), next_attempt_at) / 1000) AS wait_ms
    FROM scheduled_task_runs WHERE ${waitingFor(attempts)}`.execute(db);
  return new Map(rows.map(({ id, wait_ms }) => [id, Math.max(1, Number(wait_ms))]));
};
