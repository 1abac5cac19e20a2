import { sql } from 'kysely';
import type { Queryable } from '#shared/database/database.ts';
import { listPage } from '#shared/database/list-page.ts';
import type { Page, PageRequest } from '#shared/http/paging.ts';
import { type ScheduledTask, TASK_COLUMNS, toTask } from './scheduled-tasks.ts';

/** Which scheduled tasks a list shows; what is absent does not restrict it. */
export interface ScheduledTaskFilter {
  readonly userId?: number | undefined;
  readonly templateId?: number | undefined;
  readonly active?: boolean | undefined;
}

/** The earliest due instant whose run has not started, also when that run is claimed; while inactive the kept one. */
const shownNextRun = sql<Date>`IF(active = 1, LEAST(next_run, COALESCE((
  SELECT MIN(run.due_at) FROM scheduled_task_runs run
  WHERE run.task_id = scheduled_tasks.id AND run.status = 'Pending' AND run.attempts = 0
), next_run)), next_run)`;

const STORED = TASK_COLUMNS.filter((column) => column !== 'next_run');

const views = (db: Queryable, { userId, templateId, active }: ScheduledTaskFilter = {}) => {
  let query = db.selectFrom('scheduled_tasks').select(STORED).select(shownNextRun.as('next_run'));
  if (userId !== undefined) query = query.where('user_id', '=', userId);
  if (templateId !== undefined) query = query.where('template_id', '=', templateId);
  if (active !== undefined) query = query.where('active', '=', active ? 1 : 0);
  return query;
};

/** A task whose `nextRun` is the one that people see, or undefined. */
export const findTaskView = async (db: Queryable, id: number): Promise<ScheduledTask | undefined> => {
  const row = await views(db).where('id', '=', id).executeTakeFirst();
  return row && toTask(row);
};

/** All tasks of a user, by id, seen in the same way. */
export const listTasksOfUser = async (db: Queryable, userId: number): Promise<ScheduledTask[]> => {
  const rows = await views(db, { userId }).orderBy('id').execute();
  return rows.map(toTask);
};

/** A page of tasks, newest first, seen in the same way. */
export const listTaskViews = (
  db: Queryable,
  filter: ScheduledTaskFilter,
  page: PageRequest,
): Promise<Page<ScheduledTask>> =>
  listPage(views(db, filter).orderBy('created_at', 'desc').orderBy('id', 'desc'), page, toTask);
