import type { Transaction } from '#shared/database/database.ts';
import { afterCommit } from '#shared/database/transaction.ts';
import { AppError } from '#shared/errors/app-error.ts';
import type { Context } from '#shared/host/context.ts';
import { readContent } from '../content/content-storage.ts';
import { parseContent } from '../content/rules/content.ts';
import {
  holdTemplates,
  holdTemplatesOfFailedTasks,
  type StoredTemplate,
} from '../templates/queries/email-templates.ts';
import { hasEnoughVariables, type Template } from '../templates/rules/template.ts';
import { immediateQueue } from './immediate-queue.ts';
import {
  type ImmediateTaskRecord,
  lockFailedTasks,
  lockImmediateTask,
  peekTemplateId,
  startRounds,
} from './queries/administration.ts';
import type { TaskAttempt } from './rules/task-attempt.ts';

type TaskContext = Pick<Context, 'config' | 'queues' | 'log'>;

/** Templates by id, held until the transaction ends. */
export type HeldTemplates = ReadonlyMap<number, StoredTemplate>;

/** Whether a mail could be made of a content; undefined is a content or template that is not there. */
export const isRenderable = (template: Template | undefined, content: string | undefined): boolean =>
  template !== undefined &&
  content !== undefined &&
  hasEnoughVariables(template, parseContent(content).variables.length);

const canRun = (task: ImmediateTaskRecord, templates: HeldTemplates, { config }: TaskContext): boolean =>
  isRenderable(templates.get(task.templateId ?? 0), readContent(task, config));

/**
 * Locks a task, its template (and another, if given) before it. @throws AppError `not_found`
 */
export const lockWithTemplates = async (
  transaction: Transaction,
  id: number,
  otherTemplateId?: number,
): Promise<{ task: ImmediateTaskRecord; templates: HeldTemplates }> => {
  const known = await peekTemplateId(transaction, id);
  const wanted = [known, otherTemplateId].filter((one) => one !== undefined && one !== null);
  const templates = await holdTemplates(transaction, wanted);
  const task = await lockImmediateTask(transaction, id);
  if (!task) throw new AppError('not_found');
  if (task.templateId === null || task.templateId === known) return { task, templates };
  // It got another template between the two looks: out of order, but a deadlock is tried again.
  return {
    task,
    templates: new Map([...templates, ...(await holdTemplates(transaction, [task.templateId]))]),
  };
};

/** Hands over the jobs of rounds that were started, once they are committed. */
const announce = (transaction: Transaction, attempts: readonly TaskAttempt[], context: TaskContext): void =>
  afterCommit(transaction, async () => {
    context.log.info({ tasks: attempts.length }, 'immediate tasks run again');
    await immediateQueue.enqueue(context, attempts);
  });

const firstOfNextRound = ({ id, round }: ImmediateTaskRecord): TaskAttempt => ({
  id,
  round: round + 1,
  attempt: 1,
});

/** Starts a new round of a locked task (rule E10); its job follows the commit. */
export const rerun = async (
  transaction: Transaction,
  task: ImmediateTaskRecord,
  context: TaskContext,
): Promise<void> => {
  await startRounds(transaction, [task.id]);
  announce(transaction, [firstOfNextRound(task)], context);
};

/** Runs a finished task again. @throws AppError `not_found`, `already_enqueued`, `not_renderable` */
export const retryImmediateTask = async (
  transaction: Transaction,
  id: number,
  context: TaskContext,
): Promise<void> => {
  const { task, templates } = await lockWithTemplates(transaction, id);
  if (task.status === 'Enqueued') throw new AppError('already_enqueued');
  if (!canRun(task, templates, context)) throw new AppError('not_renderable');
  await rerun(transaction, task, context);
};

/** Which `Failed` tasks to run again, oldest id first. */
export interface RetrySelection {
  readonly templateId?: number | undefined;
  /** Inclusive. */
  readonly createdAfter?: Date | undefined;
  /** At most so many are run again. */
  readonly limit: number;
}

/** How many tasks run again, and how many were passed over because they can't. */
export interface RetryResult {
  readonly requeued: number;
  readonly skipped: number;
}

const BATCH = 1_000;

/** Runs `Failed` tasks again until the limit is reached; those that are not renderable stay as they are. */
export const retryFailedTasks = async (
  transaction: Transaction,
  { limit, ...selection }: RetrySelection,
  context: TaskContext,
): Promise<RetryResult> => {
  const templates = await holdTemplatesOfFailedTasks(transaction);
  const attempts: TaskAttempt[] = [];
  let skipped = 0;
  let batch: ImmediateTaskRecord[];
  let afterId = 0;
  do {
    batch = await lockFailedTasks(transaction, { ...selection, afterId, limit: BATCH });
    const able: ImmediateTaskRecord[] = [];
    for (const task of batch) {
      if (attempts.length + able.length === limit) break;
      if (canRun(task, templates, context)) able.push(task);
      else skipped += 1;
      afterId = task.id;
    }
    await startRounds(
      transaction,
      able.map(({ id }) => id),
    );
    attempts.push(...able.map(firstOfNextRound));
  } while (batch.length === BATCH && attempts.length < limit);
  announce(transaction, attempts, context);
  return { requeued: attempts.length, skipped };
};
