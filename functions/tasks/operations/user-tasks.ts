import type { Config } from '#shared/config/config.ts';
import type { Queryable, Transaction } from '#shared/database/database.ts';
import { visibleContent } from '../immediate/administration.ts';
import { toObject } from '../immediate/immediate-task.schema.ts';
import { deleteImmediateTasksOfUser, listImmediateTasksOfUser } from '../immediate/queries/tasks-of-user.ts';
import { deleteLogsOfTasks } from '../scheduled/queries/scheduled-task-logs.ts';
import { listTasksOfUser } from '../scheduled/queries/scheduled-task-views.ts';
import { deleteTasks, findTaskIds, lockTasks } from '../scheduled/queries/scheduled-tasks.ts';
import { toScheduledObject } from '../scheduled/scheduled-task.schema.ts';

/** The `tasks` of a profile export: the objects that administrators see, by id, without `history`. */
export type ExportedTasks =
  | Readonly<Record<string, never>>
  | {
      readonly immediateTasks: readonly Omit<ReturnType<typeof toObject>, 'history'>[];
      readonly scheduledTasks: readonly ReturnType<typeof toScheduledObject>[];
    };

/** Deletes everything of a user, logs included, in the transaction that erases the account. */
export const eraseUserTasks = async (transaction: Transaction, userId: number): Promise<void> => {
  // 0 would be everybody's and nobody's.
  if (userId < 1) throw new TypeError('erasing tasks needs a user');
  await deleteImmediateTasksOfUser(transaction, userId);
  const ids = await findTaskIds(transaction, { userId });
  await lockTasks(transaction, ids);
  await deleteLogsOfTasks(transaction, ids);
  await deleteTasks(transaction, ids);
};

/** Everything that is kept about a user's tasks; `{}` when there are none. */
export const exportUserTasks = async (
  db: Queryable,
  secret: Pick<Config, 'TASK_CONTENT_SECRET'>,
  userId: number,
): Promise<ExportedTasks> => {
  const immediate = await listImmediateTasksOfUser(db, userId);
  const scheduled = await listTasksOfUser(db, userId);
  if (immediate.length + scheduled.length === 0) return {};
  return {
    immediateTasks: immediate.map((task) => {
      const content = visibleContent(task, secret);
      const { history: _none, ...object } = toObject({ ...task, content, history: [] });
      return object;
    }),
    scheduledTasks: scheduled.map(toScheduledObject),
  };
};
