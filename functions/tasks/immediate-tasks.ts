import type { Database } from '#shared/database/database.ts';
import { afterCommit, withTransaction } from '#shared/database/transaction.ts';
import { type FieldFault, invalid } from '#shared/errors/app-error.ts';
import { normalizeText } from '#shared/http/normalize.ts';
import type { Context } from '#shared/runtime/context.ts';
import { storeContent } from './content-storage.ts';
import { IMMEDIATE_QUEUE, immediateJob } from './immediate-jobs.ts';
import { holdTemplateBySlug, holdTemplates, type StoredTemplate } from './queries/email-templates.ts';
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

/** The fault of a body whose field names a template that does not exist. */
export const unknownTemplate = (field: string): FieldFault => ({
  field,
  message: 'names no e-mail template',
  code: 'unknown_reference',
});

/** The fault of a content that its template needs more of. */
export const TOO_FEW_VARIABLES: FieldFault = {
  field: 'content',
  message: 'has fewer variables than the template uses',
  code: 'too_few_variables',
};

/** Writes the row in the caller's transaction; the job follows the commit, and a rollback leaves neither. */
const enqueue = async (
  transaction: Database,
  { config, queues, log }: TaskContext,
  template: StoredTemplate,
  { userId, content }: { readonly userId: number; readonly content: string },
): Promise<number> => {
  if (!hasEnoughVariables(template, parseContent(content).variables.length)) throw invalid(TOO_FEW_VARIABLES);
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
    if (!template) throw invalid(unknownTemplate('email_slug'));
    return enqueue(transaction, context, template, task);
  });

/**
 * {@link enqueueBySlug} for a template that is named by its id.
 * @throws AppError `validation_failed` for an unknown template or too few variables
 */
export const enqueueByTemplate = (
  db: Database,
  context: TaskContext,
  { templateId, ...task }: { readonly templateId: number; readonly userId: number; readonly content: string },
): Promise<number> =>
  withTransaction(db, async (transaction) => {
    const template = (await holdTemplates(transaction, [templateId])).get(templateId);
    if (!template) throw invalid(unknownTemplate('template_id'));
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
