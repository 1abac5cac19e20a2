import type {
  APIGatewayProxyEventV2,
  APIGatewayProxyStructuredResultV2,
  Context as LambdaContext,
} from 'aws-lambda';
import { buildEvent } from '../host/event.ts';
import { valuesByName } from '../text/names.ts';

/** A request as a test writes it: `body` is sent as bytes, as multipart or, strings and objects, as JSON. */
export interface TestRequest {
  readonly method?: string;
  readonly path?: string;
  readonly query?: string;
  readonly pathParameters?: Record<string, string>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly address?: string;
}

/** An answer with its JSON parsed; `headers` have names in lower case. */
export interface TestResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies: readonly string[];
  readonly bytes: Buffer;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape
  readonly json: any;
}

/** A function of the platform that answers requests. */
export type InvokedFunction = (
  event: APIGatewayProxyEventV2,
  context: LambdaContext,
) => Promise<APIGatewayProxyStructuredResultV2>;

/** The bytes of a request's body and the header that tells what they are. */
export const encodeBody = async (
  body: unknown,
): Promise<{ bytes?: Buffer; headers: Record<string, string> }> => {
  if (body instanceof FormData) {
    const encoded = new Response(body);
    const headers = { 'content-type': encoded.headers.get('content-type') ?? '' };
    return { bytes: Buffer.from(await encoded.arrayBuffer()), headers };
  }
  if (body === undefined) return { headers: {} };
  if (body instanceof Uint8Array) return { bytes: Buffer.from(body), headers: {} };
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { bytes: Buffer.from(text), headers: { 'content-type': 'application/json' } };
};

/** The event of a request, from the builder that hosts use. */
const eventOf = async (request: TestRequest): Promise<APIGatewayProxyEventV2> => {
  const { method = 'GET', path = '/test', query = '', headers = {}, address = '203.0.113.7' } = request;
  const { bytes, headers: typed } = await encodeBody(request.body);
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
    body: bytes,
  });
};

/** An answer by its parts; large ones become text only where a test asks for it. */
export const readResponse = (
  status: number,
  headers: Readonly<Record<string, string>>,
  { bytes, cookies }: Pick<TestResponse, 'bytes' | 'cookies'>,
): TestResponse => ({
  status,
  headers,
  cookies,
  bytes,
  get text() {
    return bytes.toString('utf8');
  },
  get json() {
    const isJson = headers['content-type']?.startsWith('application/json') ?? false;
    return isJson && bytes.length > 0 ? JSON.parse(bytes.toString('utf8')) : undefined;
  },
});

/** Calls an endpoint as the platform would, through its whole stack. */
export const invoke = async (call: InvokedFunction, request: TestRequest = {}): Promise<TestResponse> => {
  const result = await call(await eventOf(request), { functionName: 'test' } as LambdaContext);
  const bytes = Buffer.from(result.body ?? '', result.isBase64Encoded ? 'base64' : 'utf8');
  const headers = Object.fromEntries(Object.entries(result.headers ?? {}).map(([k, v]) => [k, String(v)]));
  return readResponse(result.statusCode ?? 0, headers, { bytes, cookies: result.cookies ?? [] });
};
