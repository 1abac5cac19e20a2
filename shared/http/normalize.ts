import { AppError } from '../errors/app-error.ts';

/** Any JSON value. */
export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };
/** A JSON object. */
export type JsonObject = { [key: string]: JsonValue };

/** Far beyond any body of ours, and far below what would exhaust the call stack. */
const MAXIMUM_DEPTH = 32;

/** Trims Unicode white space and brings the text to NFC; lone surrogates are refused, no column can hold them. */
export const normalizeText = (text: string, trim = true): string => {
  if (!text.isWellFormed()) {
    throw new AppError('malformed_request', {
      message: 'The request body holds text that is not valid Unicode.',
    });
  }
  const composed = text.normalize('NFC');
  return trim ? composed.replace(/^\p{White_Space}+|\p{White_Space}+$/gu, '') : composed;
};

/**
 * {@link normalizeText} on every string value of a body; keys with null are left out, since null means absent.
 * @throws AppError `malformed_request` when it is nested too deep
 */
export const normalizeStrings = (
  value: JsonValue,
  untrimmed: readonly string[] = [],
  depth = 0,
): JsonValue => {
  if (typeof value === 'string') return normalizeText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth === MAXIMUM_DEPTH) {
    throw new AppError('malformed_request', { message: 'The request body is nested too deep.' });
  }
  if (Array.isArray(value)) return value.map((item) => normalizeStrings(item, [], depth + 1));
  // fromEntries defines own properties, so a key such as __proto__ stays a harmless key.
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== null)
      .map(([key, item]) => [
        key,
        typeof item === 'string'
          ? normalizeText(item, !untrimmed.includes(key))
          : normalizeStrings(item, [], depth + 1),
      ]),
  );
};
