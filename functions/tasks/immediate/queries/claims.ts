import { type RawBuilder, sql } from 'kysely';
import { now } from '#shared/database/clock.ts';
import type { Database, Queryable } from '#shared/database/database.ts';
import { withTransaction } from '#shared/database/transaction.ts';
import type { Template } from '../../templates/rules/template.ts';
import type { TaskAttempt } from '../rules/task-attempt.ts';

/** The right of one worker to some attempts until a time. */
export interface LeaseTerms {
  readonly token: string;
  readonly seconds: number;
}

/** A task whose attempt a worker has claimed. */
export interface ClaimedTask extends TaskAttempt {
  readonly leaseToken: string;
  /** As it is stored. */
  readonly content: string;
  readonly sensitive: boolean;
  readonly template: Template | undefined;
}

interface ClaimedRow {
  readonly id: number;
  readonly round_no: number;
  readonly attempts: number;
  readonly content: string;
  readonly is_sensitive: number;
  readonly subject_template: string | null;
  readonly body_template: string | null;
}

const idsOf = (attempts: readonly TaskAttempt[]): RawBuilder<unknown> =>
  sql.join(attempts.map(({ id }) => sql`${id}`));

/** The rows' state before these attempts. Page the ids as well gives the optimizer keys to look up. */
const waitingFor = (attempts: readonly TaskAttempt[]): RawBuilder<unknown> => {
  const states = attempts.map(({ id, round, attempt }) => sql`(${id}, ${round}, ${attempt - 1})`);
  return sql`status = 'Enqueued' AND id IN (${idsOf(attempts)})
    AND (id, round_no, attempts) IN (${sql.join(states)}) AND lease_token IS NULL`;
};

const toClaimed = (row: ClaimedRow, leaseToken: string): ClaimedTask => ({
  id: row.id,
  round: row.round_no,
  attempt: row.attempts,
  leaseToken,
  content: row.content,
  sensitive: row.is_sensitive === 1,
  template:
    row.subject_template === null || row.body_template === null
      ? undefined
      : { subject: row.subject_template, body: row.body_template },
});

/**
 * Claims what can be claimed of these attempts (rule E3): the UPDATE counts each and gives the lease, so of any
 * number of workers one gets it. A lease that ran out is no claim's business: the tick closes its attempt first.
 */
export const claimAttempts = (
  db: Database,
  attempts: readonly TaskAttempt[],
  { token, seconds }: LeaseTerms,
): Promise<ClaimedTask[]> =>
  withTransaction(db, async (transaction) => {
    const claimed = await sql`
      UPDATE immediate_tasks FORCE INDEX (PRIMARY)
      SET attempts = attempts + 1, lease_token = ${token},
        lease_until = UTC_TIMESTAMP(3) + INTERVAL ${seconds} SECOND, updated_at = ${now}
      WHERE ${waitingFor(attempts)} AND next_attempt_at <= ${now}`.execute(transaction);
    if (claimed.numAffectedRows === 0n) return [];
    await sql`
      INSERT INTO task_attempts (task_id, round_no, attempt, started_at)
      SELECT id, round_no, attempts, ${now} FROM immediate_tasks
      WHERE id IN (${idsOf(attempts)}) AND lease_token = ${token}`.execute(transaction);
    const { rows } = await sql<ClaimedRow>`
      SELECT task.id, task.round_no, task.attempts, task.content, task.is_sensitive,
        template.subject_template, template.body_template
      FROM immediate_tasks task LEFT JOIN email_templates template ON template.id = task.template_id
      WHERE task.id IN (${idsOf(attempts)}) AND task.lease_token = ${token}`.execute(transaction);
    return rows.map((row) => toClaimed(row, token));
  });

/** Milliseconds by id that those of these attempts have to wait which are only early. */
export const findEarlyAttempts = async (
  db: Queryable,
  attempts: readonly TaskAttempt[],
): Promise<ReadonlyMap<number, number>> => {
  const { rows } = await sql<{ id: number; wait_ms: number }>`
    SELECT id, CEIL(TIMESTAMPDIFF(MICROSECOND, UTC_TIMESTAMP(3), next_attempt_at) / 1000) AS wait_ms
    FROM immediate_tasks WHERE ${waitingFor(attempts)}`.execute(db);
  return new Map(rows.map(({ id, wait_ms }) => [id, Math.max(1, Number(wait_ms))]));
};

/** Renews the lease of an attempt; false when it is no longer the caller's. */
export const renewLease = async (
  db: Queryable,
  { id, leaseToken }: Pick<ClaimedTask, 'id' | 'leaseToken'>,
  seconds: number,
): Promise<boolean> => {
  const renewed = await db
    .updateTable('immediate_tasks')
    .set({ lease_until: sql<Date>`UTC_TIMESTAMP(3) + INTERVAL ${seconds} SECOND` })
    .where('id', '=', id)
    .where('lease_token', '=', leaseToken)
    .where('lease_until', '>', now)
    .executeTakeFirst();
  return renewed.numUpdatedRows === 1n;
};
