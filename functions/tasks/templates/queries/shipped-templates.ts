import { type RawBuilder, sql } from 'kysely';
import { now } from '#shared/database/clock.ts';
import type { Transaction } from '#shared/database/database.ts';
import type { MailTexts } from '#shared/mail/mail-templates.ts';

/** Byte by byte: the collation of the columns ignores blanks at the end, and an administrator's edit may be one. */
const isStored = ({ subject, body, sensitive }: MailTexts): RawBuilder<boolean> => sql`(
  CAST(subject_template AS BINARY) = CAST(${subject} AS BINARY)
  AND CAST(body_template AS BINARY) = CAST(${body} AS BINARY)
  AND is_sensitive = ${sensitive ? 1 : 0})`;

/** Inserts a template of the product unless its slug is there; either way its row is locked and marked as built in. */
export const insertShippedTemplate = async (
  tx: Transaction,
  slug: string,
  { subject, body, sensitive }: MailTexts,
): Promise<void> => {
  await sql`
    INSERT INTO email_templates
      (slug, subject_template, body_template, is_sensitive, built_in, created_at, updated_at)
    VALUES (${slug}, ${subject}, ${body}, ${sensitive ? 1 : 0}, 1, ${now}, ${now})
    ON DUPLICATE KEY UPDATE built_in = 1`.execute(tx);
};

/** Replaces a stored template that is one of the earlier versions, all of it, and nothing else. */
export const replaceShippedTemplate = async (
  tx: Transaction,
  slug: string,
  { earlier, newest }: { readonly earlier: readonly MailTexts[]; readonly newest: MailTexts },
): Promise<void> => {
  if (earlier.length === 0) return;
  await sql`
    UPDATE email_templates
    SET subject_template = ${newest.subject}, body_template = ${newest.body},
      is_sensitive = ${newest.sensitive ? 1 : 0}, updated_at = ${now}
    WHERE slug = ${slug} AND (${sql.join(earlier.map(isStored), sql` OR `)}) AND NOT ${isStored(newest)}`.execute(
    tx,
  );
};
