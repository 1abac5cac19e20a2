import type { Failure } from '../../attempts/rules/failure.ts';
import { type Content, parseContent } from '../../content/rules/content.ts';
import { isRecipient } from '../../content/rules/recipient.ts';
import { toPlainText } from './plain-text.ts';
import { render, type Template } from './template.ts';

/** A mail of a task before it has its place in the world: no Message-ID, no headers. */
interface TaskMail {
  readonly to: string;
  readonly subject: string;
  readonly html: string;
  readonly text: string;
}

/** A composed mail, or the permanent failure that makes it impossible. */
export type Composition =
  | { readonly kind: 'mail'; readonly mail: TaskMail }
  | { readonly kind: 'impossible'; readonly failure: Failure };

const impossible = (code: Failure['code'], detail: string): Composition => ({
  kind: 'impossible',
  failure: { code, detail },
});

/** Makes the mail of a task; a template or content that is gone is undefined. */
export const composeMail = (template: Template | undefined, content: string | undefined): Composition => {
  if (!template) return impossible('template_missing', 'the template was deleted');
  if (content === undefined) return impossible('content_invalid', 'the content could not be decrypted');
  const { recipient, variables }: Content = parseContent(content);
  if (!isRecipient(recipient)) return impossible('content_invalid', 'the recipient is not an e-mail address');
  const rendering = render(template, variables);
  if (rendering.kind === 'refused') return impossible(rendering.code, rendering.detail);
  const { subject, html } = rendering;
  return { kind: 'mail', mail: { to: recipient, subject, html, text: toPlainText(html) } };
};
