import { z } from 'zod';
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiResponsesObject } from 'zod-openapi';
import { ERROR_SENTENCE, ERROR_STATUS, type ErrorCode } from '../errors/error-codes.ts';
import { loadEndpoint } from '../host/load-functions.ts';
import type { BodySpec, Contract, Guard, StreamSpec } from '../http/contract.ts';
import { documentedCodes } from '../http/documented-codes.ts';
import { guardsOf } from '../http/guards.ts';
import { type Route, routingTable } from '../http/routing-table.ts';

/** The one error shape; `code` is closed per status in each operation's description. */
const errorSchema = z
  .object({
    error: z.string().meta({ description: 'A sentence for a person.' }),
    code: z.enum(Object.keys(ERROR_STATUS) as [ErrorCode, ...ErrorCode[]]),
    requestId: z.string(),
    details: z
      .array(z.object({ field: z.string(), message: z.string(), code: z.string() }))
      .optional()
      .meta({ description: 'All failing fields, in field order; always there with `validation_failed`.' }),
  })
  .meta({ id: 'Error' });

const SECURITY: Record<Guard, Record<string, string[]>[]> = {
  public: [],
  user: [{ bearer: [] }, { cookie: [] }],
  tutor: [{ bearer: [] }, { cookie: [] }],
  admin: [{ bearer: [] }, { cookie: [] }],
  service: [{ apiKey: [] }],
  link: [{ link: [] }],
};

const GUARD_TEXT: Record<Guard, string> = {
  public: 'Public.',
  user: 'Any signed-in account.',
  tutor: 'Tutors and admins.',
  admin: 'Admins.',
  service: 'Services with the API key.',
  link: 'Whoever holds the signed link.',
};

/** A route with the contract of its handler. */
export interface DocumentedRoute extends Route {
  readonly contract: Contract;
}

/** Loads the contract of every route. @throws TypeError for a function that is no endpoint */
export const loadContracts = (routes: readonly Route[] = routingTable()): Promise<DocumentedRoute[]> =>
  Promise.all(routes.map(async (route) => ({ ...route, contract: (await loadEndpoint(route)).contract })));

const errorResponses = (contract: Contract): ZodOpenApiResponsesObject => {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of documentedCodes(contract)) {
    byStatus.set(ERROR_STATUS[code], [...(byStatus.get(ERROR_STATUS[code]) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      String(status),
      {
        description: codes.map((code) => `\`${code}\`: ${ERROR_SENTENCE[code]}`).join('\n\n'),
        content: { 'application/json': { schema: errorSchema } },
      },
    ]),
  );
};

const successResponses = (contract: Contract): ZodOpenApiResponsesObject =>
  Object.fromEntries(
    Object.entries(contract.responses).map(([status, response]) => [
      String(status),
      {
        description: response.description,
        ...(response.headers ? { headers: describeHeaders(response.headers) } : {}),
        ...content(contract, response),
      },
    ]),
  );

const describeHeaders = (headers: Readonly<Record<string, string>>) =>
  Object.fromEntries(
    Object.entries(headers).map(([name, description]) => [
      name,
      { description, schema: { type: 'string' as const } },
    ]),
  );

const content = (contract: Contract, { schema, contentType }: Contract['responses'][number]) => {
  const page = contract.page ? { 'text/html': { schema: { type: 'string' as const } } } : {};
  if (schema) return { content: { [contentType ?? 'application/json']: { schema }, ...page } };
  if (contentType) return { content: { [contentType]: { schema: { type: 'string' as const } } } };
  return {};
};

const requestBody = (body: BodySpec) => {
  const files = Object.fromEntries(
    Object.entries(body.files ?? {}).map(([name, file]) => {
      const schema = z.string().meta({ override: { type: 'string', format: 'binary' } });
      return [name, file.required ? schema : schema.optional()];
    }),
  );
  const multipart = { 'multipart/form-data': { schema: body.schema.extend(files) } };
  const json = { 'application/json': { schema: body.schema } };
  return {
    required: !body.optional,
    content: {
      ...(body.format === 'multipart' ? {} : json),
      ...(body.format === 'json' ? {} : multipart),
    },
  };
};

const streamBody = ({ contentType, description }: StreamSpec) => ({
  required: true,
  description,
  content: {
    [contentType]: {
      schema:
        contentType === 'multipart/form-data'
          ? z.object({ file: z.string().meta({ override: { type: 'string', format: 'binary' } }) })
          : z.string().meta({ override: { type: 'string', format: 'binary' } }),
    },
  },
});

const IDEMPOTENCY_HEADER = z.object({
  'Idempotency-Key': z
    .string()
    .min(1)
    .max(255)
    .regex(/^[\x20-\x7e]+$/)
    .optional()
    .meta({ description: 'The same key and payload within 24 h replays the first answer.' }),
});

const parameters = ({ request = {}, idempotent }: Contract) => ({
  ...(request.path ? { path: request.path } : {}),
  ...(request.query ? { query: request.query } : {}),
  ...(request.headers || idempotent
    ? { header: idempotent ? IDEMPOTENCY_HEADER.extend(request.headers?.shape ?? {}) : request.headers }
    : {}),
});

const operation = ({ functionName, domain, contract }: DocumentedRoute): ZodOpenApiOperationObject => ({
  operationId: functionName,
  tags: [domain],
  summary: contract.summary,
  description: [contract.description, ...guardsOf(contract).map((guard) => GUARD_TEXT[guard])]
    .filter(Boolean)
    .join('\n\n'),
  security: guardsOf(contract).flatMap((guard) => SECURITY[guard]),
  requestParams: parameters(contract) as NonNullable<ZodOpenApiOperationObject['requestParams']>,
  ...(contract.request?.body ? { requestBody: requestBody(contract.request.body) } : {}),
  ...(contract.request?.stream ? { requestBody: streamBody(contract.request.stream) } : {}),
  responses: { ...successResponses(contract), ...errorResponses(contract) },
});

/** The OpenAPI 3.1 document of the given routes, from the very schemas that validate. */
export const createOpenApi = (routes: readonly DocumentedRoute[]) => {
  const paths = new Map<string, Record<string, ZodOpenApiOperationObject>>();
  for (const route of routes) {
    // OpenAPI knows no parameter that spans several segments; the name says what is meant.
    const path = route.path.replace('+}', '}');
    paths.set(path, { ...paths.get(path), [route.method.toLowerCase()]: operation(route) });
  }
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'JapaneseStudent API',
      version: '6.0.0',
      description: 'Accounts, kana tests, a dictionary with spaced repetition, courses, media and tasks.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    // Relative to where the document was read from: right behind every host name.
    servers: [{ url: '/' }],
    paths: Object.fromEntries(paths),
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
        cookie: { type: 'apiKey', in: 'cookie', name: 'access_token' },
        apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
        link: { type: 'apiKey', in: 'query', name: 'sig' },
      },
    },
  });
};
