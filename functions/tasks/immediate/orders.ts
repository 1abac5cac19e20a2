import { onePer } from '#shared/async/one-per.ts';
import type { Config } from '#shared/config/config.ts';
import type { Database, Transaction } from '#shared/database/database.ts';
import { withTransaction } from '#shared/database/transaction.ts';
import { AppError, invalid } from '#shared/errors/app-error.ts';
import { createBatcher } from '#shared/queue/batcher.ts';
import { storeContent } from '../content/content-storage.ts';
import { holdTemplatesBySlug, type StoredTemplate } from '../templates/queries/email-templates.ts';
import { unknownTemplate } from '../templates/template-issues.ts';
import { type ShortageReport, shortageIssues } from '../templates/template-shortage.ts';
import { insertImmediateTasks, type NewImmediateTask } from './queries/immediate-tasks.ts';

interface Secret {
  readonly config: Config;
}

/** A task to create; its content has been checked. */
export interface Order {
  readonly userId: number;
  readonly content: string;
  /** Absent for a request, which is refused when its template uses more variables than it gives. */
  readonly report?: ShortageReport;
}

/** A task to create with a template that is named by its slug. */
export interface SlugOrder extends Order {
  readonly slug: string;
}

/** The row of a task. @throws AppError `validation_failed` for a content that the template needs more of */
export const rowOf = (
  { userId, content, report }: Order,
  template: StoredTemplate,
  { config }: Secret,
): NewImmediateTask => {
  const issues = shortageIssues(template, content, report);
  if (issues.length > 0) throw invalid(...issues);
  const { id: templateId, sensitive } = template;
  return { userId, templateId, sensitive, content: storeContent(content, sensitive, config) };
};

/** One id or refusal for each order; those that are not refused are rows of the transaction. */
export const insertOrders = async (
  transaction: Transaction,
  orders: readonly SlugOrder[],
  context: Secret,
): Promise<(number | AppError)[]> => {
  const slugs = orders.map(({ slug }) => slug);
  const templates = await holdTemplatesBySlug(transaction, slugs);
  const rows = orders.map((order) => {
    const template = templates.get(order.slug);
    return template
      ? refusalOr(() => rowOf(order, template, context))
      : invalid(unknownTemplate('email_slug'));
  });
  const accepted = rows.filter((row): row is NewImmediateTask => !(row instanceof AppError));
  const ids = await insertImmediateTasks(transaction, accepted);
  return rows.map((row) => (row instanceof AppError ? row : (ids.shift() ?? 0)));
};

const refusalOr = <T>(work: () => T): T | AppError => {
  try {
    return work();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
};

const BATCH_SIZE = 100;
const batcherOf = onePer((db: Database, config: Config) =>
  createBatcher<SlugOrder, number | AppError>({
    size: BATCH_SIZE,
    parallel: 2,
    windowMs: 0,
    run: (orders) => withTransaction(db, (transaction) => insertOrders(transaction, orders, { config })),
  }),
);

/** {@link insertOrders} for one order, in a transaction that it shares with what other requests order meanwhile. */
export const insertTogether = (
  db: Database,
  order: SlugOrder,
  { config }: Secret,
): Promise<number | AppError> => batcherOf(db, config).add(order);
