import type { ZodObject, z } from 'zod';
import type { Transaction } from '#shared/database/database.ts';
import { AppError } from '#shared/errors/app-error.ts';
import { checkFields } from '#shared/http/field-rules.ts';
import { normalizeText } from '#shared/http/normalize.ts';
import { issuesOf } from '#shared/http/validate.ts';
import { type Content, formatContent } from '../content/rules/content.ts';
import { reportOnChange, reportOnShipped } from '../templates/template-shortage.ts';
import type { ClaimContext } from './claims.ts';
import { findTaskIds, type ScheduledTaskFields } from './queries/scheduled-tasks.ts';
import { taskBySlug, taskChanges, toChanges, toNewTask } from './scheduled-task.schema.ts';
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

const parsed = <S extends ZodObject>(schema: S, body: Readonly<Record<string, unknown>>): z.output<S> => {
  const given = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
  const { data, issues } = checkFields(schema, given);
  if (data !== undefined) return data;
  throw new AppError('validation_failed', { details: issuesOf(issues, given) });
};

/**
 * Makes sure that a task exists, in the caller's transaction (rule E1); an existing one is left as it is. A
 * template that was edited to use more than the product gives is logged and stops nothing.
 * @throws AppError `validation_failed`, as POST /tasks/scheduled answers
 */
export const ensureScheduledTask = (
  transaction: Transaction,
  context: ClaimContext,
  { userId, url, method, timezone, active, catchUp, cron, slug, content }: DomainTask,
): Promise<EnsuredTask> => {
  const body = parsed(taskBySlug, {
    ...{ url, method, cron, timezone, active },
    user_id: userId,
    email_slug: slug,
    content: textOf(content),
    catch_up: catchUp,
  });
  const template = body.email_slug ? ({ field: 'email_slug', slug: body.email_slug } as const) : undefined;
  const report = reportOnShipped(slug, context.log);
  return ensureTask(transaction, context, { ...toNewTask(body), template, report });
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
  { method, timezone, active, catchUp, cron, content }: DomainTaskUpdate,
): Promise<boolean> => {
  const [id] = await findTaskIds(transaction, { userId: key.userId, url: key.url });
  if (id === undefined) return false;
  const texts = content === null ? { content: '', template_id: 0 } : { content: textOf(content) };
  const body = parsed(taskChanges, { method, timezone, active, cron, catch_up: catchUp, ...texts });
  try {
    await change(transaction, context, id, { ...toChanges(body), report: reportOnChange(context.log) });
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
