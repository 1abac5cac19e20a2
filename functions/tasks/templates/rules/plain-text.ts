import { walkHtml } from './html-walk.ts';

const DROPPED = new Set(['head', 'style', 'script']);
const BLOCKS = new Set(
  `address article aside blockquote body center dd details dialog dir div dl dt fieldset figcaption figure footer
  form h1 h2 h3 h4 h5 h6 header hr html legend li main menu nav ol p pre section summary table tbody tfoot thead
  tr ul`.split(/\s+/),
);

const collapsed = (text: string): string => text.replace(/\s+/g, ' ');

/** A link as text: `text (href)`, or the address alone when the text says no more. */
const linkText = (text: string, href: string): string => {
  const shown = collapsed(text).trim();
  return shown === '' || shown === href ? href : `${text.trimEnd()} (${href})`;
};

const tidied = (text: string): string =>
  text
    .replace(/ {2,}/g, ' ')
    .replace(/ ?\n ?/g, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();

/**
 * The text part of a mail from its HTML part (rule M6). A block also begins on a line of its own, so that the words
 * before it do not run into it. In steps, as a body of a megabyte takes long enough to hold others up.
 */
export function* plainTextSteps(html: string): Generator<undefined, string> {
  const pieces: string[] = [];
  let link: { readonly href: string; readonly start: number } | undefined;
  let dropped: string[] = [];
  let text = '';
  let onLine = false;

  const push = (piece: string): void => {
    pieces.push(piece);
    if (piece === '\n') onLine = false;
    else if (piece.trim() !== '') onLine = true;
  };

  /** Entities cut a text into many pieces, which are looked at together. */
  const flush = (): void => {
    if (text !== '') push(collapsed(text));
    text = '';
  };

  const closeLink = (): void => {
    if (!link || link.href === '') return;
    push(linkText(pieces.splice(link.start).join(''), link.href));
    link = undefined;
  };

  yield* walkHtml(html, {
    open: (name, href) => {
      flush();
      if (name === 'body') dropped = [];
      if (DROPPED.has(name)) dropped.push(name);
      if (dropped.length > 0) return;
      if (name === 'br') push('\n');
      else if (name === 'a') link = { href: href.trim(), start: pieces.length };
      else if (BLOCKS.has(name) && onLine) push('\n');
    },
    close: (name) => {
      flush();
      if (dropped.at(-1) === name) dropped.pop();
      else if (dropped.length > 0) return;
      else if (name === 'a') closeLink();
      else if (BLOCKS.has(name)) push('\n');
    },
    text: (piece) => {
      if (dropped.length === 0) text += piece;
    },
  });
  flush();
  closeLink();
  yield;
  return tidied(pieces.join(''));
}

/** {@link plainTextSteps} in one go. */
export const toPlainText = (html: string): string => {
  const steps = plainTextSteps(html);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
};
