import { namesEtag } from './etag.ts';
import { parseHttpDate } from './http-date.ts';

/** What a stored file is compared with: its strong entity tag, and its time to the second if it has one. */
export interface Validators {
  readonly etag: string;
  readonly lastModified?: Date;
}

type Headers = Readonly<Record<string, string>>;

/** What `If-None-Match`, or without it `If-Modified-Since`, says about a GET or HEAD (RFC 9110, 13.1). */
export const isNotModified = (headers: Headers, { etag, lastModified }: Validators): boolean => {
  const ifNoneMatch = headers['if-none-match'];
  if (ifNoneMatch !== undefined) return namesEtag(ifNoneMatch, etag, 'weak');
  const modifiedSince = parseHttpDate(headers['if-modified-since']);
  return modifiedSince !== undefined && lastModified !== undefined && modifiedSince >= lastModified.getTime();
};

const hasFailed = (headers: Headers, { etag, lastModified }: Validators): boolean => {
  const ifMatch = headers['if-match'];
  if (ifMatch !== undefined) return !namesEtag(ifMatch, etag, 'strong');
  const unmodifiedSince = parseHttpDate(headers['if-unmodified-since']);
  return (
    unmodifiedSince !== undefined && lastModified !== undefined && unmodifiedSince < lastModified.getTime()
  );
};

/** What the preconditions say about a GET or HEAD (rule 12): go on, 304 or 412. */
export const checkPreconditions = (
  headers: Headers,
  validators: Validators,
): 'proceed' | 'not-modified' | 'failed' => {
  if (hasFailed(headers, validators)) return 'failed';
  return isNotModified(headers, validators) ? 'not-modified' : 'proceed';
};

/** Whether `If-Range` (rule 14) lets `Range` stand; without the header it does. */
export const keepsRange = (headers: Headers, { etag, lastModified }: Validators): boolean => {
  const condition = headers['if-range'];
  if (condition === undefined) return true;
  return (
    condition.trim() === etag ||
    (lastModified !== undefined && parseHttpDate(condition) === lastModified.getTime())
  );
};
