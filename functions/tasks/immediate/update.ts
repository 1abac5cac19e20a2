import type { Transaction } from '#shared/database/database.ts';
import { AppError, invalid } from '#shared/errors/app-error.ts';
import type { Context } from '#shared/host/context.ts';
import { errorText, type Failure } from '../attempts/rules/failure.ts';
import { endContent, readContent, storeContent } from '../content/content-storage.ts';
import type { StoredTemplate } from '../templates/queries/email-templates.ts';
import { TOO_FEW_VARIABLES, unknownTemplate } from '../templates/template-issues.ts';
import {
  finishImmediateTask,
  type ImmediateTaskRecord,
  interruptAttempt,
  saveImmediateTask,
  type TaskColumns,
} from './queries/administration.ts';
import { type HeldTemplates, isRenderable, lockWithTemplates, rerun } from './rerun.ts';
import { CANCELLED, type Move, moveOf, OVERTAKEN, type TaskStatus } from './rules/task-change.ts';

/** What an administrator changes of an immediate task; what is absent stays. */
export interface ImmediateTaskUpdate {
  readonly userId?: number | undefined;
  readonly templateId?: number | undefined;
  readonly content?: string | undefined;
  readonly status?: TaskStatus | undefined;
  /** Empty clears it. */
  readonly error?: string | undefined;
}

type TaskContext = Pick<Context, 'config' | 'queues' | 'log'>;

const templateOf = (
  task: ImmediateTaskRecord,
  { templateId }: ImmediateTaskUpdate,
  templates: HeldTemplates,
): StoredTemplate | undefined => {
  const template = templates.get(templateId ?? task.templateId ?? 0);
  if (templateId !== undefined && !template) throw invalid(unknownTemplate('template_id'));
  return template;
};

/** @throws AppError unless the task that is to be executed after the change can be */
const checkRenderable = (
  template: StoredTemplate | undefined,
  content: string | undefined,
  change: ImmediateTaskUpdate,
): void => {
  if (isRenderable(template, content)) return;
  if (change.content === undefined && change.templateId === undefined) throw new AppError('not_renderable');
  if (template) throw invalid(TOO_FEW_VARIABLES);
  throw invalid({ field: 'template_id', message: 'is required', code: 'required' });
};

/** The content as it is to be stored (rule E9), or nothing when it stays. */
const contentAfter = (
  task: ImmediateTaskRecord,
  change: ImmediateTaskUpdate,
  template: StoredTemplate | undefined,
  { isOpen, config }: { readonly isOpen: boolean; readonly config: Context['config'] },
): Pick<TaskColumns, 'content'> => {
  const isNew = change.content !== undefined;
  const sensitive = isNew
    ? (template?.sensitive ?? task.sensitive)
    : task.sensitive || (change.templateId !== undefined && template?.sensitive === true);
  const isSealedAnew = isNew || sensitive !== task.sensitive;
  const ends = task.status === 'Enqueued' && !isOpen;
  if (!isSealedAnew && !ends) return {};
  const text = change.content ?? readContent(task, config) ?? '';
  const content = isSealedAnew ? storeContent(text, sensitive, config) : task.content;
  const wasRedacted = task.redacted && !isNew;
  if (isOpen) return { content: { text: content, sensitive, redacted: wasRedacted } };
  const ended = endContent({ content, sensitive }, config);
  return { content: { text: ended.content, sensitive, redacted: wasRedacted || ended.redacted } };
};

/** The error after the change, or nothing when it stays; a new round clears it by itself. */
const errorAfter = (
  task: ImmediateTaskRecord,
  { status, error }: ImmediateTaskUpdate,
  move: Move,
): Pick<TaskColumns, 'error'> => {
  if (move === 'restart') return {};
  const isCancelled = move === 'finish' && task.status === 'Enqueued' && status === 'Failed';
  if (isCancelled && !error) return { error: errorText(CANCELLED) };
  return error === undefined ? {} : { error: error === '' ? null : error };
};

/** Takes a task from the worker that holds it, if one does: what that attempt comes to is no longer recorded. */
const takeFromWorker = async (
  transaction: Transaction,
  task: ImmediateTaskRecord,
  failure: Failure,
): Promise<void> => {
  if (task.isHeld) await interruptAttempt(transaction, task.id, errorText(failure));
};

/**
 * Changes a task, ends it or runs it again. A change of what is mailed takes the task from the worker that holds
 * it: the attempt is closed, and a new round, with a Message-ID of its own, sends the new mail.
 * @throws AppError `not_found`, `validation_failed`, `not_renderable`
 */
export const updateImmediateTask = async (
  transaction: Transaction,
  id: number,
  change: ImmediateTaskUpdate,
  context: TaskContext,
): Promise<void> => {
  const { task, templates } = await lockWithTemplates(transaction, id, change.templateId);
  const template = templateOf(task, change, templates);
  const move = moveOf(task.status, change.status);
  const isOpen = (change.status ?? task.status) === 'Enqueued';
  if (isOpen) checkRenderable(template, change.content ?? readContent(task, context.config), change);
  await saveImmediateTask(transaction, id, {
    userId: change.userId,
    templateId: change.templateId,
    ...contentAfter(task, change, template, { isOpen, config: context.config }),
    ...errorAfter(task, change, move),
  });
  if (move === 'finish' && change.status !== undefined && change.status !== 'Enqueued') {
    await takeFromWorker(transaction, task, CANCELLED);
    await finishImmediateTask(transaction, id, change.status);
  }
  const changesTheMail = change.content !== undefined || change.templateId !== undefined;
  const isOvertaken = isOpen && task.isHeld && changesTheMail;
  if (isOvertaken) await takeFromWorker(transaction, task, OVERTAKEN);
  if (isOvertaken || move === 'restart') await rerun(transaction, task, context);
};
