import type { Issue } from '#shared/errors/app-error.ts';
import type { Log } from '#shared/log/log.ts';
import { declaredMails } from '#shared/mail/mail-templates.ts';
import { parseContent } from '../content/rules/content.ts';
import { hasEnoughVariables, type Template, variablesOf } from './rules/template.ts';
import { TOO_FEW_VARIABLES } from './template-issues.ts';

/** How another domain of the product is told of a template that uses more variables than it gives. */
export interface ShortageReport {
  readonly log: Log;
  /** A content with fewer variables is the caller's own mistake, and is refused. */
  readonly variables: number;
}

/** For a task that the product makes: it gives what the template uses as it is shipped. */
export const reportOnShipped = (slug: string | undefined, log: Log): ShortageReport => {
  const shipped = declaredMails()
    .find((template) => template.slug === slug)
    ?.versions.at(-1);
  return { log, variables: shipped ? (variablesOf(shipped).at(-1) ?? 0) : Number.POSITIVE_INFINITY };
};

/** For a task that the product changes: which template it has by now was an administrator's choice. */
export const reportOnChange = (log: Log): ShortageReport => ({ log, variables: 0 });

/**
 * The issue of a content that its template needs more of; a template that is absent needs nothing. With a report
 * it is an administrator's edit that asks for more, which must not stop what a user does: it is logged, the task
 * is written, and its mails fail with `variable_missing` until the template is put right.
 */
export const shortageIssues = (
  template: (Template & { readonly id: number }) | undefined,
  content: string,
  report?: ShortageReport,
): Issue[] => {
  if (!template) return [];
  const { variables } = parseContent(content);
  if (hasEnoughVariables(template, variables.length)) return [];
  if (!report || variables.length < report.variables) return [TOO_FEW_VARIABLES];
  report.log.error(
    { templateId: template.id, used: variablesOf(template), given: variables.length },
    'a template uses variables that its task does not have, so its mails fail',
  );
  return [];
};
