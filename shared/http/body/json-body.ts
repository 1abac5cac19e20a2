import type { ZodObject } from 'zod';
import { AppError } from '../../errors/app-error.ts';
import { type BodyShape, bodyShapeOf } from './body-shape.ts';
import { JsonSyntaxError, readJson } from './json-reader.ts';
import { normalizeBody } from './normalize.ts';
import { type Turns, takeTurns } from './turns.ts';

const CHARSET = /^charset *= *(?:utf-?8|"utf-?8")$/i;

/** Whether the content type is JSON in UTF-8. */
export const isJson = (contentType = ''): boolean => {
  // Taken apart by hand: an expression for all of it is quadratic on long runs of blanks.
  const [type = '', ...parameters] = contentType.split(';').map((part) => part.trim());
  if (parameters.at(-1) === '') parameters.pop();
  return type.toLowerCase() === 'application/json' && parameters.length <= 1 && parameters.every(isUtf8);
};

const isUtf8 = (parameter: string): boolean => CHARSET.test(parameter);

const utf8 = new TextDecoder('utf-8', { fatal: true });

const malformed = (message: string, cause?: unknown) => new AppError('malformed_request', { message, cause });

const decode = (bytes: Buffer): string => {
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    throw malformed('The request body is not valid JSON in UTF-8.', cause);
  }
};

const read = async (text: string, shape: BodyShape, turns: Turns): Promise<unknown> => {
  try {
    return await readJson(text, shape, turns);
  } catch (cause) {
    if (!(cause instanceof JsonSyntaxError)) throw cause;
    throw malformed('The request body is not valid JSON in UTF-8.', cause);
  }
};

/**
 * What the schema looks at of the JSON object in the body: unknown keys and nulls are left out, texts are brought to
 * NFC and trimmed (but for `untrimmed` top-level fields), and texts far beyond their bound become {@link TooLong}.
 * @throws AppError `malformed_request`
 */
export const parseJsonObject = async (
  bytes: Buffer,
  schema: ZodObject,
  untrimmed: readonly string[] = [],
): Promise<Readonly<Record<string, unknown>>> => {
  const shape = bodyShapeOf(schema);
  const turns = takeTurns();
  const value = await read(decode(bytes), shape, turns);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw malformed('The request body must be a JSON object.');
  }
  return (await normalizeBody(value, shape, turns, untrimmed)) as Readonly<Record<string, unknown>>;
};
