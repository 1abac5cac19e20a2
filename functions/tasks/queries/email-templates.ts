import { sql } from 'kysely';
import type { Database } from '#shared/database/database.ts';
import type { Template } from '../rules/template.ts';

/** A stored template as tasks use it. */
export interface StoredTemplate extends Template {
  readonly id: number;
  readonly sensitive: boolean;
}

const ASCII = /^[\x20-\x7e]*$/;

/** Finds a template and keeps it from being changed or deleted until the transaction ends. */
export const holdTemplateBySlug = async (
  transaction: Database,
  slug: string,
): Promise<StoredTemplate | undefined> => {
  // MariaDB refuses to compare the ascii column with text that ascii can't hold.
  if (!ASCII.test(slug)) return undefined;
  const row = await transaction
    .selectFrom('email_templates')
    .select(['id', 'subject_template', 'body_template', 'is_sensitive'])
    .where('slug', '=', slug)
    .modifyEnd(sql`LOCK IN SHARE MODE`)
    .executeTakeFirst();
  if (!row) return undefined;
  const { id, subject_template: subject, body_template: body, is_sensitive } = row;
  return { id, subject, body, sensitive: is_sensitive === 1 };
};
