import { sql } from 'kysely';
import type { Transaction } from '#shared/database/database.ts';
import type { Template } from '../rules/template.ts';
import { isTemplateSlug } from '../rules/template-slug.ts';

/** A stored template as tasks use it. */
export interface StoredTemplate extends Template {
  readonly id: number;
  readonly sensitive: boolean;
}

const held = (transaction: Transaction) =>
  transaction
    .selectFrom('email_templates')
    .select(['id', 'subject_template', 'body_template', 'is_sensitive'])
    .modifyEnd(sql`LOCK IN SHARE MODE`);

const toStored = (row: Awaited<ReturnType<ReturnType<typeof held>['execute']>>[number]): StoredTemplate => ({
  id: row.id,
  subject: row.subject_template,
  body: row.body_template,
  sensitive: row.is_sensitive === 1,
});

/** Finds templates by slug and keeps them from being changed or deleted until the transaction ends. */
export const holdTemplatesBySlug = async (
  transaction: Transaction,
  slugs: readonly string[],
): Promise<ReadonlyMap<string, StoredTemplate>> => {
  // MariaDB refuses to compare the ascii column with other text, and ignores blanks at its end.
  const possible = slugs.filter(isTemplateSlug);
  if (possible.length === 0) return new Map();
  const rows = await held(transaction)
    .select('slug')
    .where('slug', 'in', [...new Set(possible)])
    .orderBy('id')
    .execute();
  return new Map(rows.map((row) => [row.slug, toStored(row)]));
};

/** {@link holdTemplatesBySlug} for one. */
export const holdTemplateBySlug = async (
  transaction: Transaction,
  slug: string,
): Promise<StoredTemplate | undefined> => (await holdTemplatesBySlug(transaction, [slug])).get(slug);

/**
 * The same for templates by id; those that do not exist are missing. Templates are locked before the tasks that
 * use them, everywhere: a deletion, which goes on to the tasks, then waits for nobody who waits for it.
 */
export const holdTemplates = async (
  transaction: Transaction,
  ids: readonly number[],
): Promise<ReadonlyMap<number, StoredTemplate>> => {
  if (ids.length === 0) return new Map();
  const rows = await held(transaction).where('id', 'in', ids).orderBy('id').execute();
  return new Map(rows.map((row) => [row.id, toStored(row)]));
};

/** {@link holdTemplates} for those that some `Failed` immediate task uses. */
export const holdTemplatesOfFailedTasks = async (
  transaction: Transaction,
): Promise<ReadonlyMap<number, StoredTemplate>> => {
  const rows = await held(transaction)
    .where(({ exists, selectFrom }) =>
      exists(
        selectFrom('immediate_tasks')
          .select('immediate_tasks.id')
          .whereRef('immediate_tasks.template_id', '=', 'email_templates.id')
          .where('immediate_tasks.status', '=', 'Failed'),
      ),
    )
    .orderBy('id')
    .execute();
  return new Map(rows.map((row) => [row.id, toStored(row)]));
};
