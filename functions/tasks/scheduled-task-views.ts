import type { Database } from '#shared/database/database.ts';
import { assertThat } from '#shared/errors/app-error.ts';
import { readClock } from './queries/database-clock.ts';
import { findLog, type ScheduledTaskLog } from './queries/scheduled-task-logs.ts';
import { findTaskView } from './queries/scheduled-task-views.ts';
import type { ScheduledTask } from './queries/scheduled-tasks.ts';
import { upcomingRuns } from './rules/due-runs.ts';
import { timetableOf } from './rules/timetable.ts';

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
