import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DevServer, startDevServer } from '#dev/dev-server.ts';
import { testEnvironment } from '#shared/testing/test-resources.ts';
import { answering, type Checkout, copyCheckout } from '../checkout.ts';

const ORIGIN = 'https://app.example';

let checkout: Checkout;
let server: DevServer;

beforeAll(async () => {
  checkout = await copyCheckout();
  await checkout.addFunction(
    'probe-throw',
    'GET /probe-throw',
    answering("(() => { throw new Error('secret') })()"),
  );
  await checkout.addFunction(
    'probe-event',
    'GET /probe-event',
    'export const handler = async (event: unknown): Promise<unknown> =>\n  ({ statusCode: 200, headers: { "content-type": "application/json" }, body: JSON.stringify(event) });\n',
  );
  await checkout.addFunction(
    'probe-body',
    'POST /probe-body',
    'export const handler = async ({ body, isBase64Encoded }: { body: unknown; isBase64Encoded: boolean }): Promise<unknown> =>\n  ({ statusCode: 200, body: JSON.stringify({ body, isBase64Encoded }) });\n',
  );
  server = await startDevServer({
    port: 0,
    root: checkout.root,
    watch: false,
    output: 'ignore',
    log: () => undefined,
    environment: testEnvironment({
      CORS_ALLOWED_ORIGINS: ORIGIN,
      REDIS_PREFIX: `gateway-${randomBytes(4).toString('hex')}`,
      DB_PORT: '1',
    }),
  });
});
afterAll(async () => {
  await server?.stop();
  await checkout?.remove();
});

const expectShape = (body: unknown, headers: Headers, code: string): void => {
  expect(body).toEqual({ error: expect.any(String), code, requestId: headers.get('x-request-id') });
  expect(headers.get('content-type')).toBe('application/json');
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('referrer-policy')).toBe('no-referrer');
  expect(headers.get('cache-control')).toBe('no-store');
};

/** Sends bytes as they are; resolves with status, headers and body of the answer. */
const sendRaw = async (request: string) => {
  const socket = connect(server.port, '127.0.0.1');
  socket.write(request);
  const answer = await text(socket);
  const [head = '', body = ''] = answer.split('\r\n\r\n');
  const [statusLine = '', ...fields] = head.split('\r\n');
  const headers = new Headers(fields.map((field) => field.split(': ') as [string, string]));
  return { status: Number(statusLine.split(' ')[1]), headers, body: JSON.parse(body) as unknown };
};

describe('what never reaches a function is refused in the shape of the API', () => {
  test.each([
    ['an unknown path', '/nothing/here', {}, 404, 'not_found'],
    ['a known path with another verb', '/health', { method: 'DELETE' }, 405, 'method_not_allowed'],
    ['a path that cannot be decoded', '/%zz', {}, 400, 'malformed_request'],
    [
      'a body above 10 MB',
      '/health',
      { method: 'POST', body: Buffer.alloc(10 * 1_048_576 + 1) },
      413,
      'payload_too_large',
    ],
    ['an error that escapes a function', '/probe-throw', {}, 500, 'internal_error'],
  ] as const)('%s', async (_, path, init, status, code) => {
    const response = await fetch(`${server.url}${path}`, { ...init, headers: { origin: ORIGIN } });
    expect(response.status).toBe(status);
    const body = await response.text();
    expectShape(JSON.parse(body), response.headers, code);
    expect(response.headers.get('access-control-allow-origin')).toBe(ORIGIN);
    expect(body).not.toMatch(/secret|stack|hapi|serverless/i);
  });

  test.each([
    ['broken HTTP', 'FOO BAR\r\n\r\n', 400],
    [
      'a header that is too large',
      `GET /health HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(40_000)}\r\n\r\n`,
      431,
    ],
  ])('%s', async (_, request, status) => {
    const answer = await sendRaw(request);
    expect(answer.status).toBe(status);
    expectShape(answer.body, answer.headers, 'malformed_request');
    expect((await fetch(`${server.url}/health`)).status).toBe(200);
  });

  test('the request id of the caller comes back', async () => {
    const response = await fetch(`${server.url}/%zz`, { headers: { 'x-request-id': 'abc-1' } });
    expect(response.headers.get('x-request-id')).toBe('abc-1');
  });
});

describe('what a function answers is sent as it is', () => {
  const probe = (init: RequestInit = {}) => fetch(`${server.url}/probe-event`, init);

  test('without CORS headers of the gateway, whatever the origin', async () => {
    const response = await probe({ headers: { origin: 'https://evil.example' } });
    expect([...response.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
    const event = (await response.json()) as { headers: Record<string, string> };
    expect(event.headers['origin']).toBe('https://evil.example');
  });

  test('a preflight is 204 and names the methods', async () => {
    const headers = { origin: ORIGIN, 'access-control-request-method': 'PATCH' };
    const response = await fetch(`${server.url}/health`, { method: 'OPTIONS', headers });
    expect(response.status).toBe(204);
    expect(response.headers.get('access-control-allow-methods')).toContain('PATCH');
  });

  test('a range is the function’s business', async () => {
    const response = await probe({ headers: { range: 'bytes=0-1' } });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/json');
  });

  test('a malformed cookie reaches the function', async () => {
    const response = await probe({ headers: { cookie: 'a=b c; ="x' } });
    expect(response.status).toBe(200);
    expect(((await response.json()) as { headers: object }).headers).toMatchObject({ cookie: 'a=b c; ="x' });
  });

  test('HEAD has the headers of GET and no body', async () => {
    const response = await fetch(`${server.url}/health`, { method: 'HEAD' });
    expect(response.status).toBe(200);
    expect(await response.text()).toBe('');
  });
});

describe('bodies reach the function as they were sent', () => {
  const echo = async (body: string | Uint8Array<ArrayBuffer>, type: string) => {
    const headers = { 'content-type': type };
    const response = await fetch(`${server.url}/probe-body`, { method: 'POST', body, headers });
    return (await response.json()) as { body: unknown; isBase64Encoded: boolean };
  };

  test.each(['0', 'null', 'false', '""', '{"a":', '{"a":"日本語"}'])('JSON %s as text', async (body) => {
    expect(await echo(body, 'application/json; charset=UTF-8')).toEqual({ body, isBase64Encoded: false });
  });

  test.each(['Multipart/Form-Data; boundary=x', 'image/png', 'garbage'])('%s byte for byte', async (type) => {
    const body = Uint8Array.from({ length: 256 }, (_, index) => index);
    expect(await echo(body, type)).toEqual({
      body: Buffer.from(body).toString('base64'),
      isBase64Encoded: true,
    });
  });
});
