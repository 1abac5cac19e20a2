import { type RawBuilder, sql } from 'kysely';
import { now } from '#shared/database/clock.ts';
import type { Transaction } from '#shared/database/database.ts';
import type { MailTexts } from '#shared/mail/mail-templates.ts';

/** Byte by byte: the collation of the columns ignores blanks at the end, and an administrator's edit may be one. */
const isStored = ({ subject, body, sensitive }: MailTexts): RawBuilder<boolean> => sql`(
  CAST(subject_template AS BINARY) = CAST(${subject} AS BINARY)
  AND CAST(body_template AS BINARY) = CAST(${body} AS BINARY)
  AND is_sensitive = ${sensitive ? 1 : 0})`;

/** Inserts a template of the product unless its slug is there, and marks it as built in. */
export const insertShippedTemplate = async (
  tx: Transaction,
  slug: string,
  { subject, body, sensitive }: MailTexts,
): Promise<void> => {
  // Without the condition every seed would use up an id for each template; with it alone, two at once would collide.
  await sql`
    INSERT INTO email_templates
      (slug, subject_template, body_template, is_sensitive, built_in, created_at, updated_at)
    SELECT ${slug}, ${subject}, ${body}, ${sensitive ? 1 : 0}, 1, ${now}, ${now} FROM DUAL
    WHERE NOT EXISTS (SELECT 1 FROM email_templates AS present WHERE present.slug = ${slug})
    ON DUPLICATE KEY UPDATE built_in = 1`.execute(tx);
  await sql`UPDATE email_templates SET built_in = 1 WHERE slug = ${slug} AND built_in = 0`.execute(tx);
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
