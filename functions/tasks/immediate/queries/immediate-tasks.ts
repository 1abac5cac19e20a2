import { sql } from 'kysely';
import { now } from '#shared/database/clock.ts';
import type { Queryable } from '#shared/database/database.ts';
import type { TaskAttempt } from '../rules/task-attempt.ts';

/** What a new immediate task is made of; `content` as it is stored. */
export interface NewImmediateTask {
  readonly userId: number;
  readonly templateId: number;
  readonly content: string;
  readonly sensitive: boolean;
}

/** Inserts tasks that are due at once and returns their ids in the same order. */
export const insertImmediateTasks = async (
  db: Queryable,
  tasks: readonly NewImmediateTask[],
): Promise<number[]> => {
  if (tasks.length === 0) return [];
  const rows = tasks.map(
    ({ userId, templateId, content, sensitive }) =>
      sql`(${userId}, ${templateId}, ${content}, ${sensitive ? 1 : 0}, ${now}, ${now}, ${now})`,
  );
  const inserted = await sql<{ id: number }>`INSERT INTO immediate_tasks
    (user_id, template_id, content, is_sensitive, next_attempt_at, created_at, updated_at)
    VALUES ${sql.join(rows)} RETURNING id`.execute(db);
  return inserted.rows.map(({ id }) => id);
};

/** The next attempt of an open task. */
export interface PendingTask extends TaskAttempt {
  /** Not positive when it is due already. */
  readonly dueInMs: number;
  readonly dueAt: Date;
}

/** Where a page of {@link listPendingTasks} ended. */
export type PendingTaskPosition = Pick<PendingTask, 'dueAt' | 'id'>;

/** Open tasks that no worker holds and that are due within the look-ahead, by due time and id. */
export const listPendingTasks = async (
  db: Queryable,
  lookaheadSeconds: number,
  limit: number,
  after?: PendingTaskPosition,
): Promise<PendingTask[]> => {
  const rows = await db
    .selectFrom('immediate_tasks')
    .select(['id', 'round_no', 'attempts', 'next_attempt_at'])
    .select(
      sql<number>`TIMESTAMPDIFF(MICROSECOND, UTC_TIMESTAMP(3), next_attempt_at) DIV 1000`.as('due_in_ms'),
    )
    .where('status', '=', 'Enqueued')
    .where('lease_token', 'is', null)
    .where('next_attempt_at', '<=', sql<Date>`UTC_TIMESTAMP(3) + INTERVAL ${lookaheadSeconds} SECOND`)
    .$if(after !== undefined, (query) =>
      query
        .where('next_attempt_at', '>=', after?.dueAt ?? null)
        .where((where) =>
          where.or([where('next_attempt_at', '>', after?.dueAt ?? null), where('id', '>', after?.id ?? 0)]),
        ),
    )
    .orderBy('next_attempt_at')
    .orderBy('id')
    .limit(limit)
    .execute();
  return rows.map((row) => ({
    id: row.id,
    round: row.round_no,
    attempt: row.attempts + 1,
    dueInMs: Number(row.due_in_ms),
    dueAt: row.next_attempt_at ?? new Date(0),
  }));
};

/** An attempt whose worker let its lease run out. */
export interface InterruptedAttempt extends TaskAttempt {
  readonly leaseToken: string;
  readonly content: string;
  readonly sensitive: boolean;
}

interface InterruptedRow {
  readonly id: number;
  readonly round_no: number;
  readonly attempts: number;
  readonly lease_token: string;
  readonly content: string;
  readonly is_sensitive: number;
}

/** Attempts whose lease has run out, by id; only those behind `afterId`. */
export const listInterruptedAttempts = async (
  db: Queryable,
  limit: number,
  afterId: number,
): Promise<InterruptedAttempt[]> => {
  // Without the hint the order by id tempts the optimizer to walk all finished tasks.
  const { rows } = await sql<InterruptedRow>`
    SELECT id, round_no, attempts, lease_token, content, is_sensitive
    FROM immediate_tasks FORCE INDEX (ix_immediate_tasks_due)
    WHERE status = 'Enqueued' AND lease_until <= ${now} AND id > ${afterId}
    ORDER BY id LIMIT ${limit}`.execute(db);
  return rows.map((row) => ({
    id: row.id,
    round: row.round_no,
    attempt: row.attempts,
    leaseToken: row.lease_token,
    content: row.content,
    sensitive: row.is_sensitive === 1,
  }));
};
