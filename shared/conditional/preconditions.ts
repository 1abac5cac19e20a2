/** What a stored file is compared with: its strong entity tag, and its time to the second. */
export interface Validators {
  readonly etag: string;
  readonly lastModified: Date;
}

type Headers = Readonly<Record<string, string>>;

const DATE =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/** Milliseconds of an IMF-fixdate, which is what we send; undefined for anything else. */
const parseDate = (text: string | undefined): number | undefined => {
  if (text === undefined || !DATE.test(text.trim())) return undefined;
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
};

const tagsOf = (header: string): string[] => header.match(/(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"/g) ?? [];

const names = (header: string, etag: string, weak: boolean): boolean =>
  header.trim() === '*' || tagsOf(header).some((tag) => (weak ? tag.replace(/^W\//, '') : tag) === etag);

/** What the preconditions say about a GET or HEAD (rule 12): go on, 304 or 412. */
export const checkPreconditions = (
  headers: Headers,
  { etag, lastModified }: Validators,
): 'proceed' | 'not-modified' | 'failed' => {
  const ifMatch = headers['if-match'];
  const unmodifiedSince = parseDate(headers['if-unmodified-since']);
  if (ifMatch !== undefined) {
    if (!names(ifMatch, etag, false)) return 'failed';
  } else if (unmodifiedSince !== undefined && unmodifiedSince < lastModified.getTime()) return 'failed';
  const ifNoneMatch = headers['if-none-match'];
  if (ifNoneMatch !== undefined) return names(ifNoneMatch, etag, true) ? 'not-modified' : 'proceed';
  const modifiedSince = parseDate(headers['if-modified-since']);
  return modifiedSince !== undefined && modifiedSince >= lastModified.getTime() ? 'not-modified' : 'proceed';
};

/** Whether `If-Range` (rule 14) lets `Range` stand; without the header it does. */
export const keepsRange = (headers: Headers, { etag, lastModified }: Validators): boolean => {
  const condition = headers['if-range'];
  if (condition === undefined) return true;
  return condition.trim() === etag || parseDate(condition) === lastModified.getTime();
};
