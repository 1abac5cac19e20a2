import type { Database } from '#shared/database/database.ts';
import { afterCommit, withTransaction } from '#shared/database/transaction.ts';
import { AppError, invalid } from '#shared/errors/app-error.ts';
import type { Context } from '#shared/host/context.ts';
import { normalizeText } from '#shared/http/normalize.ts';
import { IMMEDIATE_QUEUE, immediateJob } from './immediate-jobs.ts';
import { insertOrders, insertTogether, type Order, rowOf, type SlugOrder } from './immediate-orders.ts';
import { holdTemplates } from './queries/email-templates.ts';
import { insertImmediateTasks } from './queries/immediate-tasks.ts';
import { type Content, contentFault, formatContent } from './rules/content.ts';
import { unknownTemplate } from './template-faults.ts';

type TaskContext = Pick<Context, 'config' | 'queues' | 'log'>;

/** A mail to send now. */
export interface ImmediateTask extends Content {
  readonly slug: string;
  /** 0 for no user. */
  readonly userId: number;
}

/** Hands over the first job of a task that is committed. */
const announce = async (id: number, { log, queues }: TaskContext): Promise<void> => {
  log.info({ taskId: id }, 'immediate task created');
  await queues.add(IMMEDIATE_QUEUE, [immediateJob({ id, round: 1, attempt: 1 })]);
};

/**
 * Creates a task for a content that has been checked and returns its id. Inside a transaction the row is part of
 * it, and the job follows its commit.
 * @throws AppError `validation_failed` for an unknown slug or too few variables
 */
export const enqueueBySlug = async (
  db: Database,
  context: TaskContext,
  order: SlugOrder,
): Promise<number> => {
  const created = db.isTransaction
    ? (await insertOrders(db, [order], context))[0]
    : await insertTogether(db, order, context);
  if (created instanceof AppError) throw created;
  if (created === undefined) throw new TypeError('the order got no answer');
  if (db.isTransaction) afterCommit(db, () => announce(created, context));
  else await announce(created, context);
  return created;
};

/**
 * {@link enqueueBySlug} for a template that is named by its id.
 * @throws AppError `validation_failed` for an unknown template or too few variables
 */
export const enqueueByTemplate = (
  db: Database,
  context: TaskContext,
  { templateId, ...order }: Order & { readonly templateId: number },
): Promise<number> =>
  withTransaction(db, async (transaction) => {
    const template = (await holdTemplates(transaction, [templateId])).get(templateId);
    if (!template) throw invalid(unknownTemplate('template_id'));
    const [id = 0] = await insertImmediateTasks(transaction, [rowOf(order, template, context)]);
    afterCommit(transaction, () => announce(id, context));
    return id;
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
