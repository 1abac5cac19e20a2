import { readClock } from '#shared/database/clock.ts';
import type { Database } from '#shared/database/database.ts';
import { assertThat } from '#shared/errors/app-error.ts';
import type { Page, PageRequest } from '#shared/http/paging.ts';
import {
  findLog,
  type LogFilter,
  listLogRows,
  type ScheduledTaskLog,
} from './queries/scheduled-task-logs.ts';
import { findTaskView, listTaskViews, type ScheduledTaskFilter } from './queries/scheduled-task-views.ts';
import type { ScheduledTask } from './queries/scheduled-tasks.ts';
import { upcomingRuns } from './rules/due-runs.ts';
import { isRunName } from './rules/run-attempt.ts';
import { timetableOf } from './rules/timetable.ts';

/** A page of scheduled tasks, newest first. */
export const listScheduledTasks = (
  db: Database,
  filter: ScheduledTaskFilter,
  page: PageRequest,
): Promise<Page<ScheduledTask>> => listTaskViews(db, filter, page);

/** A task with the next run that people see. @throws AppError `not_found` */
export const getScheduledTask = async (db: Database, id: number): Promise<ScheduledTask> => {
  const task = await findTaskView(db, id);
  assertThat(task, 'not_found');
  return task;
};

/** The due instants after now, as if the task were active, at most `count`. @throws AppError `not_found` */
export const previewRuns = async (db: Database, id: number, count: number): Promise<Date[]> => {
  const task = await getScheduledTask(db, id);
  const now = await readClock(db);
  const timetable = timetableOf(task);
  return timetable ? upcomingRuns(task.nextRun, timetable, now, count) : [];
};

/** @throws AppError `not_found` */
export const getLog = async (db: Database, id: number): Promise<ScheduledTaskLog> => {
  const log = await findLog(db, id);
  assertThat(log, 'not_found');
  return log;
};

/** A page of logs, newest first; a text that names no run has none. */
export const listLogs = async (
  db: Database,
  filter: LogFilter,
  page: PageRequest,
): Promise<Page<ScheduledTaskLog>> =>
  filter.jobId === undefined || isRunName(filter.jobId)
    ? listLogRows(db, filter, page)
    : { items: [], total: 0 };
