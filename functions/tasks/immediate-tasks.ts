import type { Database } from '#shared/database/database.ts';
import { afterCommit, withTransaction } from '#shared/database/transaction.ts';
import { invalid } from '#shared/errors/app-error.ts';
import { normalizeText } from '#shared/http/normalize.ts';
import type { Context } from '#shared/runtime/context.ts';
import { storeContent } from './content-storage.ts';
import { IMMEDIATE_QUEUE, immediateJob } from './immediate-jobs.ts';
import { holdTemplateBySlug, type StoredTemplate } from './queries/email-templates.ts';
import { insertImmediateTask } from './queries/immediate-tasks.ts';
import { type Content, contentFault, formatContent, parseContent } from './rules/content.ts';
import { hasEnoughVariables } from './rules/template.ts';

type TaskContext = Pick<Context, 'config' | 'queues' | 'log'>;

/** A mail to send now. */
export interface ImmediateTask extends Content {
  readonly slug: string;
  /** 0 for no user. */
  readonly userId: number;
}

/** Writes the row in the caller's transaction; the job follows the commit, and a rollback leaves neither. */
const enqueue = async (
  transaction: Database,
  { config, queues, log }: TaskContext,
  template: StoredTemplate,
  { userId, content }: { readonly userId: number; readonly content: string },
): Promise<number> => {
  if (!hasEnoughVariables(template, parseContent(content).variables.length)) {
    const message = 'has fewer variables than the template uses';
    throw invalid({ field: 'content', message, code: 'too_few_variables' });
  }
  const { id: templateId, sensitive } = template;
  const stored = storeContent(content, sensitive, config);
  const id = await insertImmediateTask(transaction, { userId, templateId, content: stored, sensitive });
  afterCommit(transaction, async () => {
    log.info({ taskId: id }, 'immediate task created');
    await queues.add(IMMEDIATE_QUEUE, [immediateJob({ id, round: 1, attempt: 1 })]);
  });
  return id;
};

/**
 * Creates a task for a content that has been checked and returns its id.
 * @throws AppError `validation_failed` for an unknown slug or too few variables
 */
export const enqueueBySlug = (
  db: Database,
  context: TaskContext,
  { slug, ...task }: { readonly slug: string; readonly userId: number; readonly content: string },
): Promise<number> =>
  withTransaction(db, async (transaction) => {
    const template = await holdTemplateBySlug(transaction, slug);
    if (!template) {
      const message = 'names no e-mail template';
      throw invalid({ field: 'email_slug', message, code: 'unknown_reference' });
    }
    return enqueue(transaction, context, template, task);
  });

/**
 * Sends a mail on behalf of another domain: the row is part of the caller's transaction, the job is handed over
 * after its commit (rule E1). Variables may hold any text; white space at their ends is lost. Returns the id.
 * @throws AppError `validation_failed`, as POST /tasks/immediate answers
 */
export const createImmediateTask = async (
  transaction: Database,
  context: TaskContext,
  { slug, userId, ...parts }: ImmediateTask,
): Promise<number> => {
  const content = normalizeText(formatContent(parts));
  const fault = contentFault(content);
  if (fault) throw invalid({ field: 'content', ...fault });
  return enqueueBySlug(transaction, context, { slug, userId, content });
};
