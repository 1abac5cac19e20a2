import type { Database } from '#shared/database/database.ts';
import { withTransaction } from '#shared/database/transaction.ts';
import type { MailTemplate, MailTexts } from '#shared/mail/mail-templates.ts';
import { insertShippedTemplate, replaceShippedTemplate } from './queries/shipped-templates.ts';

/**
 * Inserts the templates that are missing, and brings those that still are what some earlier version of the product
 * shipped to the newest one. What an administrator has edited stays. Two seeds at once, of the same or different
 * versions of the product, wait for each other on the row.
 */
export const shipTemplates = async (db: Database, templates: readonly MailTemplate[]): Promise<void> => {
  for (const { slug, versions } of templates) {
    const newest = versions.at(-1) as MailTexts;
    await withTransaction(db, async (tx) => {
      await insertShippedTemplate(tx, slug, newest);
      await replaceShippedTemplate(tx, slug, { earlier: versions.slice(0, -1), newest });
    });
  }
};
