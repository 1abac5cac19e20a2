import type { Database, Transaction } from '#shared/database/database.ts';
import { afterCommit } from '#shared/database/transaction.ts';
import { AppError, invalid } from '#shared/errors/app-error.ts';
import type { Context } from '#shared/host/context.ts';
import { normalizeText } from '#shared/http/body/normalize.ts';
import { type Content, contentIssue, formatContent } from '../content/rules/content.ts';
import { holdTemplates } from '../templates/queries/email-templates.ts';
import { unknownTemplate } from '../templates/template-issues.ts';
import { reportOnShipped } from '../templates/template-shortage.ts';
import { immediateQueue } from './immediate-queue.ts';
import { insertOrders, insertTogether, type Order, rowOf, type SlugOrder } from './orders.ts';
import { insertImmediateTasks } from './queries/immediate-tasks.ts';

type TaskContext = Pick<Context, 'config' | 'queues' | 'log'>;

/** A mail to send now. */
export interface ImmediateTask extends Content {
  readonly slug: string;
  /** 0 for no user. */
  readonly userId: number;
}

/** Hands over the first job of a task that is committed. */
const announce = async (id: number, context: TaskContext): Promise<void> => {
  context.log.info({ taskId: id }, 'immediate task created');
  await immediateQueue.enqueue(context, [{ id, round: 1, attempt: 1 }]);
};

const idOf = (created: number | AppError | undefined): number => {
  if (created instanceof AppError) throw created;
  if (created === undefined) throw new TypeError('the order got no answer');
  return created;
};

/**
 * Creates a task for a content that has been checked and returns its id. The row is part of the transaction, and
 * the job follows its commit.
 * @throws AppError `validation_failed` for an unknown slug or too few variables
 */
export const enqueueBySlug = async (
  transaction: Transaction,
  context: TaskContext,
  order: SlugOrder,
): Promise<number> => {
  const id = idOf((await insertOrders(transaction, [order], context))[0]);
  afterCommit(transaction, () => announce(id, context));
  return id;
};

/** {@link enqueueBySlug} in a transaction that it shares with what others enqueue meanwhile. */
export const enqueueTogether = async (
  db: Database,
  context: TaskContext,
  order: SlugOrder,
): Promise<number> => {
  const id = idOf(await insertTogether(db, order, context));
  await announce(id, context);
  return id;
};

/**
 * {@link enqueueBySlug} for a template that is named by its id.
 * @throws AppError `validation_failed` for an unknown template or too few variables
 */
export const enqueueByTemplate = async (
  transaction: Transaction,
  context: TaskContext,
  { templateId, ...order }: Order & { readonly templateId: number },
): Promise<number> => {
  const template = (await holdTemplates(transaction, [templateId])).get(templateId);
  if (!template) throw invalid(unknownTemplate('template_id'));
  const [id = 0] = await insertImmediateTasks(transaction, [rowOf(order, template, context)]);
  afterCommit(transaction, () => announce(id, context));
  return id;
};

/**
 * Sends a mail on behalf of another domain: the row is part of the caller's transaction, the job is handed over
 * after its commit (rule E1). Variables may hold any text; white space at their ends is lost. A template that was
 * edited to use more than the product gives is logged and stops nothing. Returns the id.
 * @throws AppError `validation_failed`, as POST /tasks/immediate answers
 */
export const createImmediateTask = async (
  transaction: Transaction,
  context: TaskContext,
  { slug, userId, ...parts }: ImmediateTask,
): Promise<number> => {
  const content = normalizeText(formatContent(parts));
  const issue = contentIssue(content);
  if (issue) throw invalid({ field: 'content', ...issue });
  const report = reportOnShipped(slug, context.log);
  return enqueueBySlug(transaction, context, { slug, userId, content, report });
};
