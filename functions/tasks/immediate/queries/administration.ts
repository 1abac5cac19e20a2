import { type Selectable, sql } from 'kysely';
import { now } from '#shared/database/clock.ts';
import { contains } from '#shared/database/contains.ts';
import type { Queryable, Transaction } from '#shared/database/database.ts';
import { listPage } from '#shared/database/list-page.ts';
import type { Tables } from '#shared/database/tables.ts';
import type { Page, PageRequest } from '#shared/http/paging.ts';
import type { TaskStatus } from '../rules/task-change.ts';

/** Which immediate tasks a list shows; what is absent does not restrict it. */
export interface ImmediateTaskFilter {
  /** 0 is those without user. */
  readonly userId?: number | undefined;
  readonly templateId?: number | undefined;
  readonly status?: TaskStatus | undefined;
  /** A part of the error. */
  readonly search?: string | undefined;
  /** Inclusive. */
  readonly createdAfter?: Date | undefined;
  /** Exclusive. */
  readonly createdBefore?: Date | undefined;
}

/** An immediate task as lists show it. */
export interface ImmediateTaskItem {
  readonly id: number;
  readonly userId: number;
  readonly templateId: number | null;
  readonly createdAt: Date;
  readonly status: TaskStatus;
}

/** An immediate task with everything an administrator may see or change; `content` as it is stored. */
export interface ImmediateTaskRecord extends ImmediateTaskItem {
  readonly content: string;
  readonly sensitive: boolean;
  readonly redacted: boolean;
  readonly round: number;
  /** Attempts started in this round. */
  readonly attempts: number;
  readonly nextAttemptAt: Date | null;
  readonly isHeld: boolean;
  readonly error: string | null;
  readonly completedAt: Date | null;
}

/** One attempt in the history of an immediate task. */
export interface AttemptRecord {
  readonly round: number;
  readonly attempt: number;
  readonly startedAt: Date;
  readonly finishedAt: Date | null;
  readonly outcome: 'Completed' | 'Failed' | 'Interrupted' | null;
  readonly error: string | null;
}

/** Attempts that a task is shown with. */
const HISTORY = 50;

type Row = Selectable<Tables['immediate_tasks']>;

const toItem = (
  row: Pick<Row, 'id' | 'user_id' | 'template_id' | 'created_at' | 'status'>,
): ImmediateTaskItem => ({
  id: row.id,
  userId: row.user_id,
  templateId: row.template_id,
  createdAt: row.created_at,
  status: row.status,
});

/** A row as a record. */
export const toRecord = (row: Row): ImmediateTaskRecord => ({
  ...toItem(row),
  content: row.content,
  sensitive: row.is_sensitive === 1,
  redacted: row.content_redacted === 1,
  round: row.round_no,
  attempts: row.attempts,
  nextAttemptAt: row.next_attempt_at,
  isHeld: row.lease_token !== null,
  error: row.error,
  completedAt: row.completed_at,
});

const matching = (db: Queryable, filter: ImmediateTaskFilter) => {
  let query = db.selectFrom('immediate_tasks');
  if (filter.userId !== undefined) query = query.where('user_id', '=', filter.userId);
  if (filter.templateId !== undefined) query = query.where('template_id', '=', filter.templateId);
  if (filter.status !== undefined) query = query.where('status', '=', filter.status);
  if (filter.search !== undefined) query = query.where(contains(sql.ref('error'), filter.search));
  if (filter.createdAfter !== undefined) query = query.where('created_at', '>=', filter.createdAfter);
  if (filter.createdBefore !== undefined) query = query.where('created_at', '<', filter.createdBefore);
  return query;
};

/** A page of immediate tasks, newest first. */
export const listImmediateTaskRows = (
  db: Queryable,
  filter: ImmediateTaskFilter,
  page: PageRequest,
): Promise<Page<ImmediateTaskItem>> =>
  listPage(
    matching(db, filter)
      .select(['id', 'user_id', 'template_id', 'created_at', 'status'])
      .orderBy('created_at', 'desc')
      .orderBy('id', 'desc'),
    page,
    toItem,
  );

/** One immediate task, or undefined. */
export const findImmediateTask = async (
  db: Queryable,
  id: number,
): Promise<ImmediateTaskRecord | undefined> => {
  const row = await db.selectFrom('immediate_tasks').selectAll().where('id', '=', id).executeTakeFirst();
  return row && toRecord(row);
};

/** The newest attempts of all rounds of a task, oldest first. */
export const listAttempts = async (db: Queryable, id: number): Promise<AttemptRecord[]> => {
  const rows = await db
    .selectFrom('task_attempts')
    .select(['round_no', 'attempt', 'started_at', 'finished_at', 'outcome', 'error'])
    .where('task_id', '=', id)
    .orderBy('round_no', 'desc')
    .orderBy('attempt', 'desc')
    .limit(HISTORY)
    .execute();
  return rows.reverse().map((row) => ({
    round: row.round_no,
    attempt: row.attempt,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    outcome: row.outcome,
    error: row.error,
  }));
};

/** Template of a task without a lock on the task, undefined when there is no such task. */
export const peekTemplateId = async (db: Queryable, id: number): Promise<number | null | undefined> => {
  const row = await db
    .selectFrom('immediate_tasks')
    .select('template_id')
    .where('id', '=', id)
    .executeTakeFirst();
  return row?.template_id;
};

/** One immediate task that nobody else changes until the transaction ends, or undefined. */
export const lockImmediateTask = async (
  transaction: Transaction,
  id: number,
): Promise<ImmediateTaskRecord | undefined> => {
  const row = await transaction
    .selectFrom('immediate_tasks')
    .selectAll()
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  return row && toRecord(row);
};

/** Which `Failed` tasks to lock: those behind an id, at most so many. */
export interface FailedTasksFilter {
  readonly templateId?: number | undefined;
  /** Inclusive. */
  readonly createdAfter?: Date | undefined;
  readonly afterId: number;
  readonly limit: number;
}

/** Locks the next `Failed` tasks by id. */
export const lockFailedTasks = async (
  transaction: Transaction,
  { templateId, createdAfter, afterId, limit }: FailedTasksFilter,
): Promise<ImmediateTaskRecord[]> => {
  const rows = await matching(transaction, { status: 'Failed', templateId, createdAfter })
    .selectAll()
    // Always so of a finished task; it lets an index that begins with the status give the order, too.
    .where('next_attempt_at', 'is', null)
    .where('id', '>', afterId)
    .orderBy('id')
    .limit(limit)
    .forUpdate()
    .execute();
  return rows.map(toRecord);
};

/** Columns that an administrator changes; `status` moves the task only through the functions below. */
export interface TaskColumns {
  readonly userId?: number | undefined;
  readonly templateId?: number | undefined;
  readonly content?: { readonly text: string; readonly sensitive: boolean; readonly redacted: boolean };
  /** Null clears it. */
  readonly error?: string | null | undefined;
}

/** Changes columns of a locked task. */
export const saveImmediateTask = async (
  transaction: Transaction,
  id: number,
  { userId, templateId, content, error }: TaskColumns,
): Promise<void> => {
  await transaction
    .updateTable('immediate_tasks')
    .set({
      ...(userId === undefined ? {} : { user_id: userId }),
      ...(templateId === undefined ? {} : { template_id: templateId }),
      ...(content === undefined
        ? {}
        : {
            content: content.text,
            is_sensitive: content.sensitive ? 1 : 0,
            content_redacted: content.redacted ? 1 : 0,
          }),
      ...(error === undefined ? {} : { error }),
      updated_at: now,
    })
    .where('id', '=', id)
    .execute();
};

/** Puts locked tasks into a new round that is due now (rule E10). */
export const startRounds = async (transaction: Transaction, ids: readonly number[]): Promise<void> => {
  if (ids.length === 0) return;
  await transaction
    .updateTable('immediate_tasks')
    .set({
      status: 'Enqueued',
      round_no: sql`round_no + 1`,
      attempts: 0,
      next_attempt_at: now,
      lease_token: null,
      lease_until: null,
      error: null,
      completed_at: null,
      updated_at: now,
    })
    .where('id', 'in', ids)
    .execute();
};

/** Makes a locked task finished; a worker that holds it can no longer change it. */
export const finishImmediateTask = async (
  transaction: Transaction,
  id: number,
  status: Exclude<TaskStatus, 'Enqueued'>,
): Promise<void> => {
  await transaction
    .updateTable('immediate_tasks')
    .set({
      status,
      next_attempt_at: null,
      lease_token: null,
      lease_until: null,
      completed_at: now,
      updated_at: now,
    })
    .where('id', '=', id)
    .execute();
};

/** Closes the attempt that a worker has in progress, as its outcome will not be taken any more. */
export const interruptAttempt = async (
  transaction: Transaction,
  id: number,
  error: string,
): Promise<void> => {
  await transaction
    .updateTable('task_attempts')
    .set({ outcome: 'Interrupted', finished_at: now, error })
    .where('task_id', '=', id)
    .where('finished_at', 'is', null)
    .execute();
};

/** Deletes a task with its attempts; false when there is none. */
export const deleteImmediateTaskRow = async (db: Queryable, id: number): Promise<boolean> => {
  const { numDeletedRows } = await db
    .deleteFrom('immediate_tasks')
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  return numDeletedRows === 1n;
};
