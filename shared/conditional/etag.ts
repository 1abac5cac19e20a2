import { createHash } from 'node:crypto';

/** A strong entity tag of the content, quotes included. */
export const etagOf = (content: string | Uint8Array): string =>
  `"${createHash('sha256').update(content).digest('base64url').slice(0, 27)}"`;

const TAG = /(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"/g;

/**
 * Whether a list of entity tags names a strong tag (RFC 9110, 8.8.3.2). `If-Match` compares strongly: a weak tag
 * names nothing; `If-None-Match` compares weakly.
 */
export const namesEtag = (list: string, etag: string, comparison: 'strong' | 'weak'): boolean => {
  if (list.trim() === '*') return true;
  const tags: string[] = list.match(TAG) ?? [];
  return tags.some((tag) => (comparison === 'weak' ? tag.replace(/^W\//, '') : tag) === etag);
};
