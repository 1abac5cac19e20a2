import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { isNotModified } from '../conditional/preconditions.ts';
import { prefersHtml } from './accept.ts';
import type { StreamedResult } from './body/request-stream.ts';
import { STRICT_CONTENT_SECURITY_POLICY } from './common-headers.ts';
import type { AnyResponse, Contract } from './contract.ts';
import type { ErrorResponse } from './error-response.ts';
import type { HttpRequest } from './request.ts';

const HTML = 'text/html; charset=utf-8';

const sentence = (body: unknown): string => {
  const { error, message } = (body ?? {}) as { error?: string; message?: string };
  return error ?? message ?? '';
};

const encode = (body: unknown, contentType: string) => {
  if (Buffer.isBuffer(body)) return { body: body.toString('base64'), isBase64Encoded: true };
  return { body: contentType === 'application/json' ? JSON.stringify(body) : String(body) };
};

/** Turns an answer or an error into the platform's response, without the headers that all responses share. */
export const toResponse = (
  contract: Contract,
  request: HttpRequest,
  answer: AnyResponse | ErrorResponse,
): APIGatewayProxyStructuredResultV2 => {
  const { status, headers = {} } = answer;
  const cookies = 'cookies' in answer ? (answer.cookies ?? []) : [];
  const etag = 'etag' in answer ? answer.etag : undefined;
  const shared = {
    ...headers,
    ...(etag === undefined ? {} : { etag }),
    ...(contract.page ? { vary: 'Accept' } : {}),
  };
  const result = { statusCode: status, cookies: [...cookies] };
  if (etag !== undefined && status === 200 && isNotModified(request.headers, { etag })) {
    return { ...result, statusCode: 304, headers: shared };
  }
  if (contract.page && answer.body !== undefined && prefersHtml(request.headers['accept'])) {
    const page = contract.page({ status, message: sentence(answer.body) });
    const safe = { 'content-type': HTML, 'content-security-policy': STRICT_CONTENT_SECURITY_POLICY };
    return { ...result, headers: { ...shared, ...safe }, body: page };
  }
  if (answer.body === undefined) return { ...result, headers: shared };
  const contentType =
    headers['content-type'] ?? contract.responses[status]?.contentType ?? 'application/json';
  const { ...encoded } = encode(answer.body, contentType);
  return { ...result, headers: { 'content-type': contentType, ...shared }, ...encoded };
};

/** {@link toResponse} for a body that is a stream: handed on to a host that takes streams, else read to its end. */
export const toStreamedResponse = async (
  contract: Contract,
  request: HttpRequest,
  answer: AnyResponse,
  hostStreams: boolean,
): Promise<APIGatewayProxyStructuredResultV2 & StreamedResult> => {
  const stream = answer.body as Readable;
  if (!hostStreams) return toResponse(contract, request, { ...answer, body: await buffer(stream) });
  return { ...toResponse(contract, request, { ...answer, body: undefined }), stream };
};
