import { escapeHtml } from '#shared/text/escaping.ts';

/** The two texts of a mail template, with placeholders `{{1}}` to `{{99}}`. */
export interface Template {
  readonly subject: string;
  readonly body: string;
}

/** A filled template, or why there is none (rule M5). */
export type Rendering =
  | { readonly kind: 'rendered'; readonly subject: string; readonly html: string }
  | { readonly kind: 'refused'; readonly code: 'variable_missing' | 'too_large'; readonly detail: string };

/** No rendered body is longer, in bytes of UTF-8. */
export const MAXIMUM_BODY_BYTES = 1_048_576;

const PLACEHOLDER = /\{\{([1-9][0-9]?)\}\}/g;
const CONTROL_CHARACTERS = /\p{Cc}/gu;
/** The distinct numbers that a template uses, ascending. */
export const variablesOf = ({ subject, body }: Template): number[] => {
  const numbers = [...`${subject} ${body}`.matchAll(PLACEHOLDER)].map(([, number]) => Number(number));
  return [...new Set(numbers)].sort((a, b) => a - b);
};

/** Whether a content with so many variables has a value for every placeholder. */
export const hasEnoughVariables = (template: Template, count: number): boolean =>
  count >= (variablesOf(template).at(-1) ?? 0);

/** The filled text, or undefined as soon as it exceeds the limit: a few placeholders can ask for gigabytes. */
const fill = (
  text: string,
  valueFor: (number: number) => string,
  maximumBytes: number,
): string | undefined => {
  const pieces: string[] = [];
  let bytes = 0;
  let end = 0;
  const push = (piece: string): boolean => {
    pieces.push(piece);
    bytes += Buffer.byteLength(piece);
    return bytes <= maximumBytes;
  };
  for (const match of text.matchAll(PLACEHOLDER)) {
    if (!push(text.slice(end, match.index)) || !push(valueFor(Number(match[1])))) return undefined;
    end = match.index + match[0].length;
  }
  return push(text.slice(end)) ? pieces.join('') : undefined;
};

/** Fills subject and body in one pass each, so that a value which looks like a placeholder stays text. */
export const render = (template: Template, variables: readonly string[]): Rendering => {
  if (!hasEnoughVariables(template, variables.length)) {
    const detail = `the template uses {{${variablesOf(template).at(-1)}}}, the content has ${variables.length}`;
    return { kind: 'refused', code: 'variable_missing', detail };
  }
  const escaped = new Map<number, string>();
  // Escaped once, and only when it is used: the first that is too much ends the work.
  const escapedValue = (number: number): string => {
    const value = escaped.get(number) ?? escapeHtml(variables[number - 1] ?? '');
    escaped.set(number, value);
    return value;
  };
  const html = fill(template.body, escapedValue, MAXIMUM_BODY_BYTES);
  const subject =
    fill(template.subject, (number) => variables[number - 1] ?? '', Number.POSITIVE_INFINITY) ?? '';
  if (html === undefined) {
    return { kind: 'refused', code: 'too_large', detail: `the body exceeds ${MAXIMUM_BODY_BYTES} bytes` };
  }
  return { kind: 'rendered', subject: subject.replace(CONTROL_CHARACTERS, ''), html };
};
