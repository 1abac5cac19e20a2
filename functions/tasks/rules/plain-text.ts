import { Parser } from 'htmlparser2';

const DROPPED = new Set(['head', 'style', 'script']);
const BLOCKS = new Set(
  `address article aside blockquote body center dd details dialog dir div dl dt fieldset figcaption figure footer
  form h1 h2 h3 h4 h5 h6 header hr html legend li main menu nav ol p pre section summary table tbody tfoot thead
  tr ul`.split(/\s+/),
);

interface OpenLink {
  readonly href: string;
  /** Index of the first piece that belongs to the link's text. */
  readonly start: number;
}

/** A link as text: `text (href)`, or the address alone when the text says no more. */
const linkText = (text: string, href: string): string => {
  const shown = text.replace(/\s+/g, ' ').trim();
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
 * before it do not run into it.
 */
export const toPlainText = (html: string): string => {
  const pieces: string[] = [];
  const links: OpenLink[] = [];
  const dropped: string[] = [];
  let onLine = false;

  const push = (piece: string): void => {
    pieces.push(piece);
    if (piece === '\n') onLine = false;
    else if (piece.trim() !== '') onLine = true;
  };

  const closeLink = (): void => {
    const link = links.pop();
    if (!link || link.href === '') return;
    const text = pieces.splice(link.start).join('');
    push(linkText(text, link.href));
  };

  const parser = new Parser({
    onopentag: (name, attributes) => {
      if (name === 'body') dropped.length = 0;
      if (DROPPED.has(name)) dropped.push(name);
      if (dropped.length > 0) return;
      if (name === 'br') push('\n');
      else if (name === 'a') links.push({ href: (attributes['href'] ?? '').trim(), start: pieces.length });
      else if (BLOCKS.has(name) && onLine) push('\n');
    },
    ontext: (text) => {
      if (dropped.length === 0) push(text.replace(/\s+/g, ' '));
    },
    onclosetag: (name) => {
      if (dropped.at(-1) === name) dropped.pop();
      else if (dropped.length > 0) return;
      else if (name === 'a') closeLink();
      else if (BLOCKS.has(name)) push('\n');
    },
  });
  parser.end(html);
  return tidied(pieces.join(''));
};
