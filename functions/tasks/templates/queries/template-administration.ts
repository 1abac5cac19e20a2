import { type Selectable, sql } from 'kysely';
import { now } from '#shared/database/clock.ts';
import { contains } from '#shared/database/contains.ts';
import type { Queryable, Transaction } from '#shared/database/database.ts';
import { mapConstraint } from '#shared/database/errors.ts';
import { listPage } from '#shared/database/list-page.ts';
import type { Tables } from '#shared/database/tables.ts';
import type { Page, PageRequest } from '#shared/http/paging.ts';

/** What an administrator decides about a template. */
export interface TemplateFields {
  readonly slug: string;
  readonly subject: string;
  readonly body: string;
  readonly sensitive: boolean;
}

/** A template with all its columns. */
export interface TemplateRecord extends TemplateFields {
  readonly id: number;
  readonly builtIn: boolean;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

const toRecord = (row: Selectable<Tables['email_templates']>): TemplateRecord => ({
  id: row.id,
  slug: row.slug,
  subject: row.subject_template,
  body: row.body_template,
  sensitive: row.is_sensitive === 1,
  builtIn: row.built_in === 1,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

const toColumns = ({ slug, subject, body, sensitive }: Partial<TemplateFields>) => ({
  ...(slug === undefined ? {} : { slug }),
  ...(subject === undefined ? {} : { subject_template: subject }),
  ...(body === undefined ? {} : { body_template: body }),
  ...(sensitive === undefined ? {} : { is_sensitive: sensitive ? 1 : 0 }),
});

const refuseTakenSlug = mapConstraint({ uq_email_templates_slug: { code: 'slug_taken', field: 'slug' } });

/** A page of templates by slug; `search` is a part of the slug. */
export const listTemplates = (
  db: Queryable,
  page: PageRequest,
  search: string | undefined,
): Promise<Page<Pick<TemplateRecord, 'id' | 'slug'>>> => {
  const matching = db
    .selectFrom('email_templates')
    .$if(search !== undefined, (query) => query.where(contains(sql.ref('slug'), search ?? '')));
  const ordered = matching.select(['id', 'slug']).orderBy('slug').orderBy('id');
  return listPage(ordered, page, (row) => row);
};

/** One template, or undefined. */
export const findTemplate = async (db: Queryable, id: number): Promise<TemplateRecord | undefined> => {
  const row = await db.selectFrom('email_templates').selectAll().where('id', '=', id).executeTakeFirst();
  return row && toRecord(row);
};

/** One template that nobody else can take or change until the transaction ends, or undefined. */
export const lockTemplate = async (
  transaction: Transaction,
  id: number,
): Promise<TemplateRecord | undefined> => {
  const row = await transaction
    .selectFrom('email_templates')
    .selectAll()
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  return row && toRecord(row);
};

/** Inserts a template and returns its id. @throws AppError `slug_taken` */
export const insertTemplate = async (
  db: Queryable,
  { slug, subject, body, sensitive }: TemplateFields,
): Promise<number> => {
  const row = { slug, subject_template: subject, body_template: body, is_sensitive: sensitive ? 1 : 0 };
  const { insertId } = await db
    .insertInto('email_templates')
    .values({ ...row, created_at: now, updated_at: now })
    .executeTakeFirstOrThrow()
    .catch(refuseTakenSlug);
  return Number(insertId);
};

/** Changes the given fields of a template. @throws AppError `slug_taken` */
export const saveTemplate = async (
  transaction: Transaction,
  id: number,
  fields: Partial<TemplateFields>,
): Promise<void> => {
  await transaction
    .updateTable('email_templates')
    .set({ ...toColumns(fields), updated_at: now })
    .where('id', '=', id)
    .execute()
    .catch(refuseTakenSlug);
};

/** Whether a task that is still to be executed uses the template. */
export const isTemplateInUse = async (transaction: Transaction, id: number): Promise<boolean> => {
  const { rows } = await sql<{ used: number }>`SELECT
    EXISTS (SELECT 1 FROM immediate_tasks WHERE template_id = ${id} AND status = 'Enqueued')
    OR EXISTS (SELECT 1 FROM scheduled_tasks WHERE template_id = ${id} AND active = 1) AS used`.execute(
    transaction,
  );
  return rows[0]?.used === 1;
};

/** Deletes a template; tasks that used it lose the reference. */
export const deleteTemplate = async (transaction: Transaction, id: number): Promise<void> => {
  await transaction.deleteFrom('email_templates').where('id', '=', id).execute();
};
