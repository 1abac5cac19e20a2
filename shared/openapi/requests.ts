import { type ZodObject, z } from 'zod';
import type { ZodOpenApiOperationObject } from 'zod-openapi';
import type { BodySpec, ConditionalHeader, Contract, StreamSpec } from '../http/contract.ts';
import { headerName } from '../http/validate.ts';

const binary = () => z.string().meta({ override: { type: 'string', format: 'binary' } });

const IDEMPOTENCY_HEADER = z.object({
  'Idempotency-Key': z
    .string()
    .min(1)
    .max(255)
    .regex(/^[\x20-\x7e]+$/)
    .optional()
    .meta({
      description:
        'Repeating a request with the same key and payload within 24 hours returns the first response instead of doing the work again.',
    }),
});

const CONDITION_TEXT: Readonly<Record<ConditionalHeader, string>> = {
  'If-Match': 'Entity tags; 412 unless one of them is current.',
  'If-None-Match': 'Entity tags; 304 when one of them is current.',
  'If-Modified-Since': 'A time; 304 when nothing has changed since. Ignored beside `If-None-Match`.',
  'If-Unmodified-Since': 'A time; 412 when something has changed since. Ignored beside `If-Match`.',
  'If-Range': 'An entity tag or a time; without a match `Range` is ignored.',
  Range: 'One range of bytes, such as `bytes=0-1023`; several ranges return the whole file.',
};

const conditionHeaders = (conditions: readonly ConditionalHeader[]) =>
  z.object(
    Object.fromEntries(
      conditions.map((name) => [name, z.string().optional().meta({ description: CONDITION_TEXT[name] })]),
    ),
  );

const headersOf = ({ request = {}, idempotent, conditions = [] }: Contract): ZodObject => {
  const own = Object.entries(request.headers?.shape ?? {}).map(([name, schema]) => [
    headerName(name),
    schema,
  ]);
  return z.object({
    ...(idempotent ? IDEMPOTENCY_HEADER.shape : {}),
    ...Object.fromEntries(own),
    ...conditionHeaders(conditions).shape,
  });
};

type RequestParams = NonNullable<ZodOpenApiOperationObject['requestParams']>;

/** The parameters of an operation; `names` says under which names its path parameters stand in the document. */
export const documentedParameters = (
  contract: Contract,
  names: ReadonlyMap<string, string>,
): RequestParams => {
  const { path, query } = contract.request ?? {};
  const header = headersOf(contract);
  const inPath = Object.entries(path?.shape ?? {}).map(([name, schema]) => [names.get(name) ?? name, schema]);
  return {
    ...(path ? { path: z.object(Object.fromEntries(inPath)) } : {}),
    ...(query ? { query } : {}),
    ...(Object.keys(header.shape).length > 0 ? { header } : {}),
  } as RequestParams;
};

const withFiles = ({ schema, files = {} }: BodySpec): ZodObject => {
  const parts = Object.entries(files).map(([name, { required, description }]) => {
    const part = binary().meta({ ...(description === undefined ? {} : { description }) });
    return [name, required ? part : part.optional()];
  });
  // Extending drops what the schema says of the whole object.
  return schema.extend(Object.fromEntries(parts)).meta({ ...schema.meta() });
};

const bodyOf = (body: BodySpec) => ({
  required: !body.optional,
  content: {
    ...(body.format === 'multipart' ? {} : { 'application/json': { schema: body.schema } }),
    ...(body.format === 'json' ? {} : { 'multipart/form-data': { schema: withFiles(body) } }),
  },
});

const streamOf = ({ contentType, description }: StreamSpec) => ({
  required: true,
  description,
  content: {
    [contentType]: {
      schema: contentType === 'multipart/form-data' ? z.object({ file: binary() }) : binary(),
    },
  },
});

/** The body of an operation, if it reads one. */
export const documentedBody = ({
  request = {},
}: Contract): Pick<ZodOpenApiOperationObject, 'requestBody'> => {
  if (request.body) return { requestBody: bodyOf(request.body) };
  return request.stream ? { requestBody: streamOf(request.stream) } : {};
};
