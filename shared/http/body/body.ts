import type { ZodObject, ZodType } from 'zod';
import { AppError } from '../../errors/app-error.ts';
import { ownValue, type ValuesByName, valuesByName } from '../../text/names.ts';
import type { BodySpec, UploadedFile } from '../contract.ts';
import type { HttpRequest } from '../request.ts';
import { TooLong } from './body-shape.ts';
import { isJson, parseJsonObject } from './json-body.ts';
import { isMultipart, parseMultipart } from './multipart-body.ts';

const JSON_LIMIT_BYTES = 1_048_576;
const MULTIPART_LIMIT_BYTES = 10_485_760;

/** A body that was read but not yet validated. */
export interface RawBody {
  readonly value: Readonly<Record<string, unknown>>;
  readonly files: ValuesByName<UploadedFile>;
}

const NO_FILES = valuesByName<UploadedFile>([]);

/** How many bytes a body of this content type may have, where the endpoint takes bodies as the contract says. */
export const bodyLimitOf = (contentType: string | undefined, spec: BodySpec | undefined): number =>
  spec !== undefined && spec.format !== 'json' && isMultipart(contentType)
    ? MULTIPART_LIMIT_BYTES
    : JSON_LIMIT_BYTES;

/** Refuses a body beyond the limit of its format (413), before anything else is looked at. */
export const checkBodySize = (request: HttpRequest, spec: BodySpec | undefined): void => {
  if (request.body.length > bodyLimitOf(request.headers['content-type'], spec)) {
    throw new AppError('payload_too_large');
  }
};

/**
 * Reads the body in the format that the contract allows and the content type names.
 * @throws AppError `unsupported_media_type`, `malformed_request`, `payload_too_large`
 */
export const readBody = async (request: HttpRequest, spec: BodySpec): Promise<RawBody> => {
  const contentType = request.headers['content-type'];
  if (request.body.length === 0) {
    if (spec.optional) return { value: {}, files: NO_FILES };
    if (contentType === undefined)
      throw new AppError('malformed_request', { message: 'A request body is required.' });
  }
  if (spec.format !== 'multipart' && isJson(contentType)) {
    if (request.body.length === 0)
      throw new AppError('malformed_request', { message: 'A request body is required.' });
    return { value: await parseJsonObject(request.body, spec.schema, spec.untrimmed), files: NO_FILES };
  }
  if (spec.format !== 'json' && contentType !== undefined && isMultipart(contentType)) {
    const { fields, files } = await parseMultipart(request.body, contentType, spec);
    return { value: coerceText(fields, spec.schema), files };
  }
  throw new AppError('unsupported_media_type');
};

/** Multipart knows only text: numbers and booleans are turned into what the schema expects, if they are that. */
const coerceText = (fields: ValuesByName<string | TooLong>, schema: ZodObject) => {
  const shape: Readonly<Record<string, ZodType>> = schema.shape;
  return valuesByName<unknown>(
    Object.entries(fields).map(([name, text]) => [
      name,
      text instanceof TooLong ? text : coerce(text, baseType(ownValue(shape, name))),
    ]),
  );
};

const coerce = (text: string, type: string | undefined): unknown => {
  if (type === 'number' && /^-?[0-9]{1,15}(\.[0-9]{1,15})?$/.test(text)) return Number(text);
  if (type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  return text;
};

interface SchemaDefinition {
  readonly type?: string;
  readonly innerType?: ZodType;
  /** Of a literal. */
  readonly values?: readonly unknown[];
}

const baseType = (schema: ZodType | undefined): string | undefined => {
  let definition: SchemaDefinition | undefined = schema?._zod.def;
  while (definition?.innerType) definition = definition.innerType._zod.def;
  const { type, values = [] } = definition ?? {};
  return type === 'literal' && values.every((value) => typeof value === 'number') ? 'number' : type;
};
