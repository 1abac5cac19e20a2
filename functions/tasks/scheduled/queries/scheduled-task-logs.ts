import { type Selectable, sql } from 'kysely';
import { contains } from '#shared/database/contains.ts';
import type { Queryable, Transaction } from '#shared/database/database.ts';
import { listPage } from '#shared/database/list-page.ts';
import type { Tables } from '#shared/database/tables.ts';
import type { Page, PageRequest } from '#shared/http/paging.ts';

/** One attempt of a run. */
export interface ScheduledTaskLog {
  readonly id: number;
  /** Absent once the task is deleted. */
  readonly taskId: number | undefined;
  readonly jobId: string;
  readonly attempt: number;
  readonly status: 'Completed' | 'Failed';
  readonly httpStatus: number | undefined;
  readonly error: string | undefined;
  readonly response: string | undefined;
  readonly createdAt: Date;
}

/** Which logs a list shows; what is absent does not restrict it. */
export interface LogFilter {
  readonly taskId?: number | undefined;
  readonly jobId?: string | undefined;
  readonly status?: ScheduledTaskLog['status'] | undefined;
  /** A part of the error. */
  readonly search?: string | undefined;
  /** Inclusive. */
  readonly createdAfter?: Date | undefined;
  /** Exclusive. */
  readonly createdBefore?: Date | undefined;
}

const toLog = (row: Selectable<Tables['scheduled_task_logs']>): ScheduledTaskLog => ({
  id: row.id,
  taskId: row.task_id ?? undefined,
  jobId: row.job_id,
  attempt: row.attempt,
  status: row.status,
  httpStatus: row.http_status ?? undefined,
  error: row.error ?? undefined,
  response: row.response ?? undefined,
  createdAt: row.created_at,
});

const matching = (db: Queryable, filter: LogFilter) => {
  let query = db.selectFrom('scheduled_task_logs');
  if (filter.taskId !== undefined) query = query.where('task_id', '=', filter.taskId);
  if (filter.jobId !== undefined) query = query.where('job_id', '=', filter.jobId);
  if (filter.status !== undefined) query = query.where('status', '=', filter.status);
  if (filter.search !== undefined) query = query.where(contains(sql.ref('error'), filter.search));
  if (filter.createdAfter !== undefined) query = query.where('created_at', '>=', filter.createdAfter);
  if (filter.createdBefore !== undefined) query = query.where('created_at', '<', filter.createdBefore);
  return query;
};

/** A page of logs, newest first. */
export const listLogRows = (
  db: Queryable,
  filter: LogFilter,
  page: PageRequest,
): Promise<Page<ScheduledTaskLog>> =>
  listPage(matching(db, filter).selectAll().orderBy('created_at', 'desc').orderBy('id', 'desc'), page, toLog);

/** One log, or undefined. */
export const findLog = async (db: Queryable, id: number): Promise<ScheduledTaskLog | undefined> => {
  const row = await db.selectFrom('scheduled_task_logs').selectAll().where('id', '=', id).executeTakeFirst();
  return row && toLog(row);
};

/** Deletes the logs of tasks that still exist. */
export const deleteLogsOfTasks = async (
  transaction: Transaction,
  taskIds: readonly number[],
): Promise<void> => {
  if (taskIds.length === 0) return;
  await transaction.deleteFrom('scheduled_task_logs').where('task_id', 'in', taskIds).execute();
};
