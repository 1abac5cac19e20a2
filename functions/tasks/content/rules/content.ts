import { countCodePoints } from '#shared/text/code-points.ts';
import { trimWhiteSpace } from '#shared/text/white-space.ts';
import { isRecipient } from './recipient.ts';

/** What a task's content says: whom to write to, and the values of `{{1}}`, `{{2}}`, … in order. */
export interface Content {
  readonly recipient: string;
  readonly variables: readonly string[];
}

const TOKEN = /\\[;\\]|;|\\|[^;\\]+/g;

/** Splits a content at its semicolons (rule M1); every text is a content, its recipient may be no address. */
export const parseContent = (text: string): Content => {
  const parts: string[] = [''];
  for (const [token] of text.matchAll(TOKEN)) {
    if (token === ';') parts.push('');
    else parts[parts.length - 1] += token.length === 2 && token.startsWith('\\') ? token.slice(1) : token;
  }
  const [recipient = '', ...variables] = parts.map(trimWhiteSpace);
  return { recipient, variables };
};

/** The content that {@link parseContent} reads back, but for white space at the ends of the parts. */
export const formatContent = ({ recipient, variables }: Content): string =>
  [recipient, ...variables].map((part) => part.replace(/[;\\]/g, '\\$&')).join(';');

const MAXIMUM_CHARACTERS = 10_000;

/** What is wrong with a content that a task would get, or undefined. */
export const contentIssue = (text: string): { message: string; code: string } | undefined => {
  // Characters are code points, as in JSON Schema and in MariaDB.
  const characters = countCodePoints(text, MAXIMUM_CHARACTERS);
  if (characters === 0) return { message: 'must not be empty', code: 'too_short' };
  if (characters > MAXIMUM_CHARACTERS) {
    return { message: `must have at most ${MAXIMUM_CHARACTERS} characters`, code: 'too_long' };
  }
  if (isRecipient(parseContent(text).recipient)) return undefined;
  return { message: 'must begin with an e-mail address', code: 'invalid_recipient' };
};
