import type { Config } from '#shared/config/config.ts';
import type { Database, Transaction } from '#shared/database/database.ts';
import { AppError } from '#shared/errors/app-error.ts';
import type { Page, PageRequest } from '#shared/http/paging.ts';
import { readContent } from '../content/content-storage.ts';
import { formatContent, parseContent } from '../content/rules/content.ts';
import {
  type AttemptRecord,
  deleteImmediateTaskRow,
  findImmediateTask,
  type ImmediateTaskFilter,
  type ImmediateTaskItem,
  type ImmediateTaskRecord,
  listAttempts,
  listImmediateTaskRows,
} from './queries/administration.ts';
import { hideVariables } from './rules/task-change.ts';

/** An immediate task as administrators see it: readable, without the variables of a sensitive one. */
export interface ImmediateTaskView extends ImmediateTaskRecord {
  readonly history: readonly AttemptRecord[];
}

type Secret = Pick<Config, 'TASK_CONTENT_SECRET'>;

/** A page of immediate tasks, newest first. */
export const listImmediateTasks = (
  db: Database,
  filter: ImmediateTaskFilter,
  page: PageRequest,
): Promise<Page<ImmediateTaskItem>> => listImmediateTaskRows(db, filter, page);

/** The content of a task without secrets; one that can't be read any more shows nothing at all. */
export const visibleContent = (task: ImmediateTaskRecord, secret: Secret): string => {
  if (!task.sensitive) return task.content;
  const { recipient, variables } = parseContent(readContent(task, secret) ?? '');
  return formatContent({ recipient, variables: hideVariables(variables) });
};

/** @throws AppError `not_found` */
export const getImmediateTask = async (
  db: Database,
  id: number,
  secret: Secret,
): Promise<ImmediateTaskView> => {
  const task = await findImmediateTask(db, id);
  if (!task) throw new AppError('not_found');
  return { ...task, content: visibleContent(task, secret), history: await listAttempts(db, id) };
};

/** Deletes a task with its history; one that no worker holds is then never executed. @throws AppError `not_found` */
export const deleteImmediateTask = async (transaction: Transaction, id: number): Promise<void> => {
  if (!(await deleteImmediateTaskRow(transaction, id))) throw new AppError('not_found');
};
