import type { APIGatewayProxyEventV2, Context as LambdaContext } from 'aws-lambda';
import { buildEvent } from '../host/event.ts';
import type { EndpointHandler } from '../http/endpoint.ts';
import { valuesByName } from '../text/names.ts';

/** A request as a test writes it; an object as `body` is sent as JSON. */
export interface TestRequest {
  readonly method?: string;
  readonly path?: string;
  readonly query?: string;
  readonly pathParameters?: Record<string, string>;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
  readonly address?: string;
}

/** An answer with its JSON parsed; `headers` have names in lower case. */
export interface TestResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies: readonly string[];
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape
  readonly json: any;
}

const bytesOf = (body: unknown): Buffer | undefined => {
  if (body === undefined || Buffer.isBuffer(body)) return body;
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
};

/** The event of a request, from the one builder that hosts use, too. */
const eventOf = (request: TestRequest): APIGatewayProxyEventV2 => {
  const { method = 'GET', path = '/test', query = '', headers = {}, body, address = '203.0.113.7' } = request;
  const typed = body !== undefined && !Buffer.isBuffer(body) ? { 'content-type': 'application/json' } : {};
  return buildEvent({
    routeKey: `${method} ${path}`,
    pathParameters: request.pathParameters ?? {},
    method,
    target: { rawPath: path, rawQuery: query, host: 'test' },
    headers: { headers: valuesByName(Object.entries({ ...typed, ...headers })), cookies: undefined },
    httpVersion: '1.1',
    sourceIp: address,
    requestId: 'test',
    now: new Date(0),
    body: bytesOf(body),
  });
};

/** Calls an endpoint as the platform would, through its whole stack. */
export const invoke = async (handler: EndpointHandler, request: TestRequest = {}): Promise<TestResponse> => {
  const result = await handler(eventOf(request), { functionName: 'test' } as LambdaContext);
  const encoding = result.isBase64Encoded ? 'base64' : 'utf8';
  const text = Buffer.from(result.body ?? '', encoding).toString('utf8');
  const headers = Object.fromEntries(Object.entries(result.headers ?? {}).map(([k, v]) => [k, String(v)]));
  const isJson = headers['content-type']?.startsWith('application/json') ?? false;
  return {
    status: result.statusCode ?? 0,
    headers,
    cookies: result.cookies ?? [],
    text,
    json: isJson && text !== '' ? JSON.parse(text) : undefined,
  };
};
