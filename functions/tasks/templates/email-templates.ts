import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Database, Transaction } from '#shared/database/database.ts';
import { AppError, invalid } from '#shared/errors/app-error.ts';
import type { Page, PageRequest } from '#shared/http/paging.ts';
import {
  deleteTemplate,
  findTemplate,
  insertTemplate,
  isTemplateInUse,
  listTemplates,
  lockTemplate,
  saveTemplate,
  type TemplateFields,
  type TemplateRecord,
} from './queries/template-administration.ts';
import { plainTextSteps } from './rules/plain-text.ts';
import { render, variablesOf } from './rules/template.ts';

/** A template as administrators see it. */
export interface EmailTemplate extends TemplateRecord {
  /** The distinct numbers of its placeholders, ascending. */
  readonly variables: readonly number[];
}

/** A template filled for a look at it. */
export interface Preview {
  readonly subject: string;
  readonly html: string;
  readonly text: string;
}

/** A page of all templates by slug. */
export const listEmailTemplates = (
  db: Database,
  page: PageRequest,
  search: string | undefined,
): Promise<Page<Pick<TemplateRecord, 'id' | 'slug'>>> => listTemplates(db, page, search);

/** @throws AppError `not_found` */
export const getEmailTemplate = async (db: Database, id: number): Promise<EmailTemplate> => {
  const template = await findTemplate(db, id);
  if (!template) throw new AppError('not_found');
  return { ...template, variables: variablesOf(template) };
};

/** Creates a template and returns its id. @throws AppError `slug_taken` */
export const createEmailTemplate = (tx: Transaction, fields: TemplateFields): Promise<number> =>
  insertTemplate(tx, fields);

/** Changes the given fields. @throws AppError `not_found`, `slug_taken`, `template_built_in` */
export const updateEmailTemplate = async (
  transaction: Transaction,
  id: number,
  fields: Partial<TemplateFields>,
): Promise<void> => {
  const template = await lockTemplate(transaction, id);
  if (!template) throw new AppError('not_found');
  if (template.builtIn && fields.slug !== undefined && fields.slug !== template.slug) {
    const message = 'The slug of a template that belongs to the product cannot be changed.';
    throw new AppError('template_built_in', { message });
  }
  await saveTemplate(transaction, id, fields);
};

/**
 * Deletes a template that nothing needs. Its row is locked first, and whoever gives it to a task takes a shared
 * lock on it, so none can take it meanwhile.
 * @throws AppError `not_found`, `template_built_in`, `template_in_use`
 */
export const deleteEmailTemplate = async (transaction: Transaction, id: number): Promise<void> => {
  const template = await lockTemplate(transaction, id);
  if (!template) throw new AppError('not_found');
  if (template.builtIn) throw new AppError('template_built_in');
  if (await isTemplateInUse(transaction, id)) throw new AppError('template_in_use');
  await deleteTemplate(transaction, id);
};

/** The text part, while others have their turn. */
const plainTextInTurns = async (html: string): Promise<string> => {
  const steps = plainTextSteps(html);
  for (;;) {
    await nextTurn();
    const step = steps.next();
    if (step.done) return step.value;
  }
};

/** Fills a template without storing or sending anything. @throws AppError `not_found`, `validation_failed` */
export const previewEmailTemplate = async (
  db: Database,
  id: number,
  variables: readonly string[],
): Promise<Preview> => {
  const template = await findTemplate(db, id);
  if (!template) throw new AppError('not_found');
  const rendering = render(template, variables);
  if (rendering.kind === 'rendered') {
    const { subject, html } = rendering;
    return { subject, html, text: await plainTextInTurns(html) };
  }
  const code = rendering.code === 'variable_missing' ? 'too_few_variables' : rendering.code;
  throw invalid({ field: 'variables', message: rendering.detail, code });
};
