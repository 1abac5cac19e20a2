import { z } from 'zod';
import type { ZodOpenApiResponsesObject } from 'zod-openapi';
import { ERROR_SENTENCE, ERROR_STATUS, type ErrorCode } from '../errors/error-codes.ts';
import type { Contract, ResponseSpec } from '../http/contract.ts';
import { documentedCodes } from '../http/documented-codes.ts';
import { errorSchema } from '../http/error.schema.ts';

const TEXT = { type: 'string' } as const;
const BINARY = { type: 'string', format: 'binary' } as const;

const RETRY = { 'Retry-After': 'Seconds to wait before the next try.' };

/** Headers that errors of a status carry, wherever they come from. */
const ERROR_HEADERS: Readonly<Record<number, Readonly<Record<string, string>>>> = {
  405: { Allow: 'The methods that this path offers.' },
  416: { 'Content-Range': 'The size of the file, as in `bytes */1234`.' },
  429: {
    ...RETRY,
    RateLimit: 'What is left of the limit: `"<name>";r=<remaining>;t=<seconds>`.',
    'RateLimit-Policy': 'The limit: `"<name>";q=<quota>;w=<seconds>`.',
  },
  503: RETRY,
};

const describeHeaders = (headers: Readonly<Record<string, string>> | undefined) =>
  headers === undefined
    ? {}
    : {
        headers: Object.fromEntries(
          Object.entries(headers).map(([name, description]) => [name, { description, schema: TEXT }]),
        ),
      };

/** A content type as documents key it: without parameters. */
const mediaType = (contentType: string): string => contentType.split(';', 1)[0] ?? contentType;

const contentOf = (contract: Contract, { schema, contentType, fileTypes }: ResponseSpec) => {
  const page = contract.page ? { 'text/html': { schema: TEXT } } : {};
  if (schema) return { content: { [contentType ?? 'application/json']: { schema }, ...page } };
  if (fileTypes) {
    return { content: Object.fromEntries(fileTypes.map((type) => [mediaType(type), { schema: BINARY }])) };
  }
  return contentType ? { content: { [mediaType(contentType)]: { schema: TEXT } } } : {};
};

/** Probes answer errors with a body of their own, too; a client meets either. */
const orError = (status: number, response: ResponseSpec): ResponseSpec =>
  status < 400 || !response.schema
    ? response
    : {
        ...response,
        schema: z.union([response.schema, errorSchema()]),
        headers: ERROR_HEADERS[status] ?? {},
      };

const successResponses = (contract: Contract): ZodOpenApiResponsesObject =>
  Object.fromEntries(
    Object.entries(contract.responses).map(([status, declared]) => {
      const response = orError(Number(status), declared);
      const { description, headers } = response;
      return [status, { description, ...describeHeaders(headers), ...contentOf(contract, response) }];
    }),
  );

const errorResponses = (contract: Contract): ZodOpenApiResponsesObject => {
  const byStatus = Map.groupBy(documentedCodes(contract), (code: ErrorCode) => ERROR_STATUS[code]);
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      String(status),
      {
        description: codes.map((code) => `\`${code}\`: ${ERROR_SENTENCE[code]}`).join('\n\n'),
        ...describeHeaders(ERROR_HEADERS[status]),
        content: { 'application/json': { schema: errorSchema() } },
      },
    ]),
  );
};

/** Every status of an endpoint: what it answers, and the errors that follow from its contract. */
export const documentedResponses = (contract: Contract): ZodOpenApiResponsesObject => ({
  ...errorResponses(contract),
  ...successResponses(contract),
});

/** {@link documentedResponses} of a HEAD: the same without bodies. */
export const withoutBodies = (responses: ZodOpenApiResponsesObject): ZodOpenApiResponsesObject =>
  Object.fromEntries(
    Object.entries(responses).map(([status, response]) => {
      const { content: _content, ...rest } = response as { content?: unknown; description: string };
      return [status, rest];
    }),
  );
