import { createHash } from 'node:crypto';

/** A strong entity tag of the content, quotes included. */
export const etagOf = (content: string | Uint8Array): string =>
  `"${createHash('sha256').update(content).digest('base64url').slice(0, 27)}"`;

/** Whether an `If-None-Match` (or, with `strong`, an `If-Match`) header names the tag (RFC 9110, 13.1). */
export const etagMatches = (header: string, etag: string, strong = false): boolean => {
  if (header.trim() === '*') return true;
  const tags: string[] = header.match(/(?:W\/)?"[^"]*"/g) ?? [];
  const opaque = etag.replace(/^W\//, '');
  if (strong) return !etag.startsWith('W/') && tags.includes(opaque);
  return tags.some((tag) => tag.replace(/^W\//, '') === opaque);
};
