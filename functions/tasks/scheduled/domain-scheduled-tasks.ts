import type { Transaction } from '#shared/database/database.ts';
import { AppError, type Issue, invalid } from '#shared/errors/app-error.ts';
import { normalizeText } from '#shared/http/body/normalize.ts';
import { type Content, formatContent } from '../content/rules/content.ts';
import { reportOnChange, reportOnShipped } from '../templates/template-shortage.ts';
import type { ClaimContext } from './claims.ts';
import { findTaskIds, type ScheduledTaskFields } from './queries/scheduled-tasks.ts';
import { effectIssues, TASK_DEFAULTS, textIssues } from './rules/task-issues.ts';
import { deleteTasksOf, type EnsuredTask, ensureTask } from './scheduled-tasks.ts';
import { updateScheduledTask as change } from './update.ts';

/** Whose task it is and which webhook it calls: at most one task has both. */
export interface TaskKey {
  /** Absent for a task without user. */
  readonly userId?: number;
  readonly url: string;
}

type Optional = Partial<Pick<ScheduledTaskFields, 'method' | 'timezone' | 'active' | 'catchUp'>>;

/** A task that another domain wants; with a `slug` it also sends that template to the content's recipient. */
export interface DomainTask extends TaskKey, Optional {
  readonly cron: string;
  readonly slug?: string;
  readonly content?: Content;
}

/** What another domain changes of its task; a null content goes with the template. */
export interface DomainTaskUpdate extends Optional {
  readonly cron?: string;
  readonly content?: Content | null;
}

const textOf = (content: Content | undefined): string | undefined =>
  content && normalizeText(formatContent(content));

const refuse = (issues: readonly Issue[]): void => {
  if (issues.length > 0) throw invalid(...issues);
};

/**
 * Makes sure that a task exists, in the caller's transaction (rule E1); an existing one is left as it is. A
 * template that was edited to use more than the product gives is logged and stops nothing.
 * @throws AppError `validation_failed`, as POST /tasks/scheduled answers
 */
export const ensureScheduledTask = async (
  transaction: Transaction,
  context: ClaimContext,
  { slug, content: parts, ...wanted }: DomainTask,
): Promise<EnsuredTask> => {
  const task = { userId: undefined, ...TASK_DEFAULTS, ...wanted };
  const content = textOf(parts);
  const effect = { url: task.url, email_slug: slug, content };
  refuse([...effectIssues('email_slug', effect), ...textIssues({ ...task, content })]);
  const template = slug === undefined ? undefined : ({ field: 'email_slug', slug } as const);
  const report = reportOnShipped(slug, context.log);
  return ensureTask(transaction, context, { ...task, content: content ?? '', template, report });
};

/**
 * Changes a task in the caller's transaction, by the rules of PATCH, but whatever its template uses by now; false
 * when there is none.
 * @throws AppError `validation_failed`
 */
export const updateScheduledTask = async (
  transaction: Transaction,
  context: ClaimContext,
  key: TaskKey,
  { content, ...changes }: DomainTaskUpdate,
): Promise<boolean> => {
  const [id] = await findTaskIds(transaction, { userId: key.userId, url: key.url });
  if (id === undefined) return false;
  const texts = content === null ? { content: '', templateId: null } : { content: textOf(content) };
  refuse(textIssues({ ...changes, ...texts }));
  try {
    await change(transaction, context, id, { ...changes, ...texts, report: reportOnChange(context.log) });
    return true;
  } catch (error) {
    // An administrator deleted it between the look and the lock.
    if (error instanceof AppError && error.code === 'not_found') return false;
    throw error;
  }
};

/** Deletes a task with its runs in the caller's transaction; false when there is none. */
export const deleteScheduledTask = async (
  transaction: Transaction,
  { userId, url }: TaskKey,
): Promise<boolean> => (await deleteTasksOf(transaction, { userId, url })) > 0;
