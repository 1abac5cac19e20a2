import { AppError } from '../errors/app-error.ts';
import { type JsonObject, type JsonValue, normalizeStrings } from './normalize.ts';

const JSON_TYPE = /^application\/json\s*(?:;\s*charset\s*=\s*"?utf-?8"?\s*)?;?\s*$/i;

/** Whether the content type is JSON in UTF-8. */
export const isJson = (contentType: string | undefined): boolean => JSON_TYPE.test(contentType?.trim() ?? '');

const utf8 = new TextDecoder('utf-8', { fatal: true });

const malformed = (message: string, cause?: unknown) => new AppError('malformed_request', { message, cause });

const parse = (bytes: Buffer): unknown => {
  try {
    return JSON.parse(utf8.decode(bytes));
  } catch (cause) {
    throw malformed('The request body is not valid JSON in UTF-8.', cause);
  }
};

/**
 * The JSON object in the body, its strings brought to NFC and trimmed (but for `untrimmed` top-level fields)
 * and its nulls left out.
 * @throws AppError `malformed_request`
 */
export const parseJsonObject = (bytes: Buffer, untrimmed: readonly string[] = []): JsonObject => {
  const value = parse(bytes);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw malformed('The request body must be a JSON object.');
  }
  return normalizeStrings(value as JsonValue & object, untrimmed) as JsonObject;
};
