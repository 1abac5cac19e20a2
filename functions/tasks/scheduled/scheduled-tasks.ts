import { readClock } from '#shared/database/clock.ts';
import type { Transaction } from '#shared/database/database.ts';
import { AppError, assertThat, invalid } from '#shared/errors/app-error.ts';
import {
  holdTemplateBySlug,
  holdTemplates,
  type StoredTemplate,
} from '../templates/queries/email-templates.ts';
import { unknownTemplate } from '../templates/template-issues.ts';
import { type ShortageReport, shortageIssues } from '../templates/template-shortage.ts';
import { firstOccurrence, urlIssues } from './checks.ts';
import { type ClaimContext, claimIfDue } from './claims.ts';
import { insertManualRun } from './queries/scheduled-runs.ts';
import {
  deleteTasks,
  findTaskIds,
  insertScheduledTask,
  lockScheduledTask,
  type ScheduledTaskFields,
} from './queries/scheduled-tasks.ts';

import { runQueue } from './run-queue.ts';

/** A template as a request names it. */
type TemplateReference =
  | { readonly field: 'email_slug'; readonly slug: string }
  | { readonly field: 'template_id'; readonly id: number };

/** A scheduled task to create; the schema of its source has passed. */
export interface NewScheduledTask extends Omit<ScheduledTaskFields, 'templateId'> {
  readonly template: TemplateReference | undefined;
  /** Absent for a request, which is refused when its template uses more variables than it gives. */
  readonly report?: ShortageReport;
}

/** A task that exists now; `created` tells whether it did not before. */
export interface EnsuredTask {
  readonly id: number;
  readonly created: boolean;
}

const resolve = async (
  transaction: Transaction,
  reference: TemplateReference,
): Promise<StoredTemplate | undefined> =>
  reference.field === 'email_slug'
    ? holdTemplateBySlug(transaction, reference.slug)
    : (await holdTemplates(transaction, [reference.id])).get(reference.id);

/**
 * Creates a task, claims it if it is due within the look-ahead (rule S9) and returns its id.
 * @throws AppError `validation_failed`; `task_exists` when the user has a task with this url
 */
export const createScheduledTask = async (
  transaction: Transaction,
  context: ClaimContext,
  { template: reference, report, ...task }: NewScheduledTask,
): Promise<number> => {
  const template = reference && (await resolve(transaction, reference));
  const now = await readClock(transaction);
  const first = firstOccurrence(task, now);
  const issues = [
    ...(reference && !template ? [unknownTemplate(reference.field)] : []),
    ...urlIssues(task.url, context.config),
    ...shortageIssues(template, task.content, report),
    ...('issues' in first ? first.issues : []),
  ];
  if ('issues' in first || issues.length > 0) throw invalid(...issues);
  const row = { ...task, templateId: template?.id, nextRun: first.at };
  const id = await insertScheduledTask(transaction, row);
  await claimIfDue(transaction, { ...row, id }, now, context);
  return id;
};

/** A task may be deleted between the refusal of its twin and the look at it. */
const TRIES = 3;

/**
 * Creates a task unless its user has one with this url, which is then left as it is (the constraint decides).
 * @throws AppError `validation_failed`
 */
export const ensureTask = async (
  transaction: Transaction,
  context: ClaimContext,
  task: NewScheduledTask,
): Promise<EnsuredTask> => {
  for (let tries = 1; ; tries += 1) {
    try {
      return { id: await createScheduledTask(transaction, context, task), created: true };
    } catch (error) {
      const exists = error instanceof AppError && error.code === 'task_exists';
      if (!exists || task.url === undefined || tries === TRIES) throw error;
    }
    const [id] = await findTaskIds(transaction, { userId: task.userId, url: task.url });
    if (id !== undefined) return { id, created: false };
  }
};

/** Deletes a task; its runs that have not started vanish. @throws AppError `not_found` */
export const deleteScheduledTask = async (transaction: Transaction, id: number): Promise<void> => {
  assertThat((await deleteTasks(transaction, [id])) === 1, 'not_found');
};

/** Deletes all tasks of a user, or the one with the url; returns how many there were. */
export const deleteTasksOf = async (
  transaction: Transaction,
  owner: { readonly userId: number | undefined; readonly url?: string },
): Promise<number> => deleteTasks(transaction, await findTaskIds(transaction, owner));

/** Creates a run that is due now and returns its id. @throws AppError `not_found`, `task_inactive` */
export const runNow = async (
  transaction: Transaction,
  context: ClaimContext,
  id: number,
): Promise<number> => {
  const task = await lockScheduledTask(transaction, id);
  assertThat(task, 'not_found');
  assertThat(task.active, 'task_inactive');
  const runId = await insertManualRun(transaction, id);
  runQueue.enqueueAfterCommit(transaction, context, [{ id: runId, attempt: 1 }]);
  return runId;
};
