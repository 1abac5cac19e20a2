/** Longest 206 on every runtime: what the smallest platform carries in one call. */
export const RANGE_BYTES = 4_194_304;

/** Positions of the first and the last byte to send. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

const SPEC = /^(?:([0-9]+)-([0-9]*)|-([0-9]+))$/;

/** One range of the header against a file of `size` bytes; undefined is wrong syntax. */
const spanOf = (text: string, size: number): Span | 'unsatisfiable' | undefined => {
  const [, first, last = '', suffix] = SPEC.exec(text) ?? [];
  if (suffix !== undefined) {
    const length = Math.min(Number(suffix), size);
    return length === 0 ? 'unsatisfiable' : { start: size - length, end: size - 1 };
  }
  if (first === undefined) return undefined;
  const start = Number(first);
  const end = last === '' ? size - 1 : Number(last);
  if (last !== '' && end < start) return undefined;
  return start >= size ? 'unsatisfiable' : { start, end: Math.min(end, size - 1) };
};

/**
 * The part that a `Range` header asks for (rules 15 to 19): the first satisfiable range, cut to its first
 * {@link RANGE_BYTES} bytes. `ignored` answers the whole file, `unsatisfiable` is 416.
 */
export const chooseRange = (header: string | undefined, size: number): Span | 'ignored' | 'unsatisfiable' => {
  const [, list] = /^\s*bytes\s*=(.*)$/i.exec(header ?? '') ?? [];
  if (list === undefined) return 'ignored';
  const parts = list
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  const spans = parts.map((part) => spanOf(part, size));
  if (spans.length === 0 || spans.includes(undefined)) return 'ignored';
  const span = spans.find((each): each is Span => typeof each === 'object');
  if (!span) return 'unsatisfiable';
  return { start: span.start, end: Math.min(span.end, span.start + RANGE_BYTES - 1) };
};
