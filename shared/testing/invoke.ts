import type { APIGatewayProxyEventV2, Context as LambdaContext } from 'aws-lambda';
import type { EndpointHandler } from '../http/endpoint.ts';

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

const eventOf = (request: TestRequest): APIGatewayProxyEventV2 => {
  const { method = 'GET', path = '/test', query = '', headers = {}, body, address = '203.0.113.7' } = request;
  const raw = Buffer.isBuffer(body) ? body : undefined;
  const json = typeof body === 'string' ? body : body === undefined ? undefined : JSON.stringify(body);
  const typed = body !== undefined && !raw ? { 'content-type': 'application/json' } : {};
  const routeKey = `${method} ${path}`;
  return {
    version: '2.0',
    routeKey,
    rawPath: path,
    rawQueryString: query,
    headers: { ...typed, ...headers },
    pathParameters: request.pathParameters ?? {},
    isBase64Encoded: raw !== undefined,
    ...(raw ? { body: raw.toString('base64') } : json === undefined ? {} : { body: json }),
    requestContext: {
      accountId: 'test',
      apiId: 'test',
      domainName: 'test',
      domainPrefix: 'test',
      http: { method, path, protocol: 'HTTP/1.1', sourceIp: address, userAgent: headers['user-agent'] ?? '' },
      requestId: 'test',
      routeKey,
      stage: '$default',
      time: '',
      timeEpoch: 0,
    },
  };
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
