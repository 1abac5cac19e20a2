import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rawRequest, sendRaw } from '../testing/raw-http.ts';
import { echo, openTestEdge, type TestEdge } from '../testing/test-edge.ts';

const ORIGIN = 'https://app.example';
const HOST = 'Host: api.example:3000';
const BYTES = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
const plain = (statusCode: number, more: object = {}) => ({ statusCode, ...more });

let server: TestEdge;
beforeAll(async () => {
  server = await openTestEdge(
    [
      { route: 'GET /event', answer: echo },
      { route: 'POST /event', answer: echo },
      { route: 'GET /items/{id}', answer: echo },
      { route: 'GET /text', answer: () => plain(200, { body: 'x'.repeat(10_000) }) },
      {
        route: 'GET /bytes',
        answer: () => plain(200, { body: BYTES.toString('base64'), isBase64Encoded: true }),
      },
      {
        route: 'GET /file',
        answer: () =>
          plain(200, {
            headers: { 'Content-Type': 'audio/mpeg', 'content-length': '3', etag: '"a"' },
            stream: Readable.from([Buffer.from('abc')]),
          }),
      },
      {
        route: 'GET /head-only',
        answer: () => plain(200, { headers: { 'content-type': 'audio/mpeg', 'content-length': '12345' } }),
      },
      { route: 'GET /same', answer: () => plain(304, { headers: { etag: '"a"' } }) },
      {
        route: 'GET /gone',
        answer: () => plain(204, { headers: { 'content-length': '7' }, body: 'ignored' }),
      },
      { route: 'GET /cookies', answer: () => plain(200, { cookies: ['a=1', 'b=2'], body: '' }) },
      { route: 'GET /bad-header', answer: () => plain(200, { headers: { 'x-a': 'a\nb' }, body: 'secret' }) },
      { route: 'GET /no-answer', answer: () => 'secret' },
      {
        route: 'GET /throws',
        answer: () => {
          throw new Error('secret');
        },
      },
      { route: '*', answer: () => plain(404, { body: 'nothing' }) },
    ],
    { CORS_ALLOWED_ORIGINS: ORIGIN, PUBLIC_BASE_URL: 'https://api.example' },
  );
});
afterAll(() => server.close());

const ask = (line: string, headers: readonly string[] = [], body = '') =>
  sendRaw(server.port, rawRequest(line, [HOST, ...headers], body));
const eventOf = async (line: string, headers: readonly string[] = [], body = '') =>
  JSON.parse((await ask(line, headers, body)).body.toString());

describe('what a function answers is sent as it is', () => {
  it.each([
    ['/text', 'identity'],
    ['/text', 'gzip'],
    ['/text', 'br, deflate'],
  ])('%s with Accept-Encoding %s, neither compressed nor typed', async (path, encoding) => {
    const { status, headers, body } = await ask(`GET ${path}`, [`Accept-Encoding: ${encoding}`]);
    expect([status, body.toString()]).toEqual([200, 'x'.repeat(10_000)]);
    expect(Object.keys(headers).toSorted()).toEqual(['connection', 'content-length', 'date']);
    expect(headers['content-length']).toBe('10000');
  });

  it('every byte', async () => {
    expect((await ask('GET /bytes')).body).toEqual(BYTES);
  });

  it('whatever the request makes conditional or partial', async () => {
    const conditions = ['If-None-Match: "a"', 'If-None-Match: *', 'Range: bytes=0-0', 'If-Match: "b"'];
    const { status, headers, body } = await ask('GET /file', conditions);
    expect([status, body.toString()]).toEqual([200, 'abc']);
    expect(headers).toMatchObject({ 'content-type': 'audio/mpeg', 'content-length': '3', etag: '"a"' });
  });

  it.each([
    ['/file', 'audio/mpeg', '3'],
    ['/head-only', 'audio/mpeg', '12345'],
    ['/text', undefined, '10000'],
  ])('HEAD %s has type and length of GET', async (path, type, length) => {
    const { status, headers, body } = await ask(`HEAD ${path}`);
    expect([status, headers['content-type'], headers['content-length']]).toEqual([200, type, length]);
    expect(body.length).toBe(0);
  });

  it.each([
    ['/same', 304],
    ['/gone', 204],
  ])('%s is %i without a length and without a body', async (path, status) => {
    const answer = await ask(`GET ${path}`);
    expect(answer.status).toBe(status);
    expect(answer.headers).not.toHaveProperty('content-length');
    expect(answer.headers).not.toHaveProperty('transfer-encoding');
    expect(answer.body.length).toBe(0);
  });

  it('with every cookie', async () => {
    const response = await fetch(`http://127.0.0.1:${server.port}/cookies`);
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
  });
});

describe('what reaches a function', () => {
  it('is the path and query as they came', async () => {
    const event = await eventOf('GET /items/%E3%81%82%2Fb+c?a=%zz&a=2&__proto__=1');
    expect(event).toMatchObject({
      version: '2.0',
      routeKey: 'GET /items/{id}',
      rawPath: '/items/%E3%81%82%2Fb+c',
      rawQueryString: 'a=%zz&a=2&__proto__=1',
      pathParameters: { id: 'あ/b+c' },
    });
    expect(event.queryStringParameters.a).toBe('%zz,2');
    expect(event.requestContext).toMatchObject({
      domainName: 'api.example',
      http: { method: 'GET', path: '/items/%E3%81%82%2Fb+c', protocol: 'HTTP/1.1', sourceIp: '127.0.0.1' },
      stage: '$default',
      time: expect.stringMatching(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/),
    });
  });

  it('are all headers in lower case, repeated ones joined', async () => {
    const { headers, cookies } = await eventOf('GET /event', [
      'X-A: 1',
      'x-a: 2',
      '__proto__: p',
      'constructor: c',
      'Authorization: Bearer a',
      'Authorization: Bearer b',
      'Cookie: a=1; b=2',
      'Cookie: c=3',
    ]);
    expect(headers).toMatchObject({ 'x-a': '1,2', constructor: 'c', authorization: 'Bearer a,Bearer b' });
    expect(Object.entries(headers)).toContainEqual(['__proto__', 'p']);
    expect(cookies).toEqual(['a=1', 'b=2', 'c=3']);
  });

  it('is an absolute address by its path, with its own host', async () => {
    const event = await eventOf('GET http://other.example/event?a=1');
    expect(event).toMatchObject({ rawPath: '/event', rawQueryString: 'a=1' });
    expect(event.requestContext.domainName).toBe('other.example');
  });

  it.each([
    ['application/json', '{"a":"日本語"}', false],
    ['text/plain', 'ä', false],
    ['image/png', 'abc', true],
    ['application/jsonp', '{}', true],
  ])('%s %s, base64: %s', async (type, text, isBase64Encoded) => {
    const body = Buffer.from(text);
    const head = rawRequest('POST /event', [HOST, `Content-Type: ${type}`, `Content-Length: ${body.length}`]);
    const event = JSON.parse(
      (await sendRaw(server.port, Buffer.concat([Buffer.from(head), body]))).body.toString(),
    );
    expect(event.isBase64Encoded).toBe(isBase64Encoded);
    expect(Buffer.from(event.body, isBase64Encoded ? 'base64' : 'utf8')).toEqual(body);
  });

  it('is JSON that is no valid UTF-8 byte for byte', async () => {
    const body = Buffer.from([0x22, 0xff, 0xc3, 0x22]);
    const head = rawRequest('POST /event', [HOST, 'Content-Type: application/json', 'Content-Length: 4']);
    const event = JSON.parse(
      (await sendRaw(server.port, Buffer.concat([Buffer.from(head), body]))).body.toString(),
    );
    expect([event.isBase64Encoded, Buffer.from(event.body, 'base64')]).toEqual([true, body]);
  });

  it('is a chunked body as a whole', async () => {
    const event = await eventOf(
      'POST /event',
      ['Content-Type: text/plain', 'Transfer-Encoding: chunked'],
      '3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nTrailer: x\r\n\r\n',
    );
    expect(event.body).toBe('abcde');
  });

  it('is asked to go on by 100 Continue', async () => {
    const answer = await ask('POST /event', ['Expect: 100-continue', 'Content-Length: 1'], 'a');
    expect(answer.status).toBe(100);
    expect(answer.body.toString()).toMatch(/^HTTP\/1\.1 200 OK/);
  });
});

describe('what the edge refuses itself has the shape of the API', () => {
  const ADDRESS = /address/;
  const cases: readonly [string, string, number, string, RegExp][] = [
    ['no Host', rawRequest('GET /event'), 400, 'malformed_request', /Host/],
    ['an empty Host', rawRequest('GET /event', ['Host:']), 400, 'malformed_request', /Host/],
    ['two Hosts', rawRequest('GET /event', [HOST, HOST]), 400, 'malformed_request', /Host/],
    ...['a b', 'a?b', 'a/b', 'a#b', 'a@b', 'a\\b', 'a:b', 'a:123456', '[::1', '<x>', 'ä', 'a,b', '%61'].map(
      (host): [string, string, number, string, RegExp] => [
        `Host: ${host}`,
        rawRequest('GET /event', [`Host: ${host}`]),
        400,
        'malformed_request',
        /Host/,
      ],
    ),
    [
      'an absolute address without host',
      rawRequest('GET http:///event', [HOST]),
      400,
      'malformed_request',
      /Host/,
    ],
    ['another scheme', rawRequest('GET ftp://x/event', [HOST]), 400, 'malformed_request', ADDRESS],
    ['an asterisk', rawRequest('OPTIONS *', [HOST]), 400, 'malformed_request', ADDRESS],
    ['a bad escape', rawRequest('GET /items/%zz', [HOST]), 400, 'malformed_request', ADDRESS],
    ['an escape that is no UTF-8', rawRequest('GET /items/%FF', [HOST]), 400, 'malformed_request', ADDRESS],
    ['half an escape', rawRequest('GET /items/%E3%81', [HOST]), 400, 'malformed_request', ADDRESS],
    ['a backslash', rawRequest('GET /items/a\\b', [HOST]), 404, 'not_found', ADDRESS],
    [
      'a control character in the address',
      'GET /a\u0001b HTTP/1.1\r\nHost: x\r\n\r\n',
      400,
      'malformed_request',
      ADDRESS,
    ],
    ['CONNECT', rawRequest('CONNECT a:1', [HOST]), 400, 'malformed_request', ADDRESS],
    [
      'an address that is too long',
      rawRequest(`GET /${'a'.repeat(20_000)}`, [HOST]),
      431,
      'malformed_request',
      ADDRESS,
    ],
    [
      'headers that are too large',
      rawRequest('GET /event', [HOST, `X-A: ${'a'.repeat(20_000)}`]),
      431,
      'malformed_request',
      /headers/,
    ],
    [
      'another expectation',
      rawRequest('GET /event', [HOST, 'Expect: tea']),
      417,
      'malformed_request',
      /Expect/,
    ],
    ['an unknown method', rawRequest('BREW /event', [HOST]), 400, 'malformed_request', /HTTP/],
    ['no HTTP at all', 'HELLO\r\n\r\n', 400, 'malformed_request', /HTTP/],
    [
      'a bad chunk',
      rawRequest('POST /event', [HOST, 'Transfer-Encoding: chunked'], 'zz\r\n'),
      400,
      'malformed_request',
      /HTTP/,
    ],
    [
      'two lengths',
      rawRequest('POST /event', [HOST, 'Content-Length: 1', 'Content-Length: 2'], 'a'),
      400,
      'malformed_request',
      /HTTP/,
    ],
    [
      'a length that is too large',
      rawRequest('POST /event', [HOST, 'Content-Length: 99999999']),
      413,
      'payload_too_large',
      /body/,
    ],
    ['a function that throws', rawRequest('GET /throws', [HOST]), 500, 'internal_error', /./],
    ['a function without answer', rawRequest('GET /no-answer', [HOST]), 500, 'internal_error', /./],
    ['a header that HTTP cannot carry', rawRequest('GET /bad-header', [HOST]), 500, 'internal_error', /./],
  ];

  it.each(cases)('%s', async (_name, request, status, code, sentence) => {
    const answer = await sendRaw(server.port, Buffer.from(request, 'latin1'));
    const body = JSON.parse(answer.body.toString());
    expect([answer.status, body]).toEqual([
      status,
      { error: expect.stringMatching(sentence), code, requestId: answer.headers['x-request-id'] },
    ]);
    expect(answer.headers).toMatchObject({
      'content-type': 'application/json',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
      'strict-transport-security': 'max-age=31536000',
      vary: 'Origin',
      date: expect.any(String),
    });
    expect(answer.body.toString()).not.toMatch(/secret|stack|node/i);
  });

  it('with the origin and the id of the request, where it could be read', async () => {
    const { headers } = await ask('GET /%zz', ['X-Request-ID: abc-1', `Origin: ${ORIGIN}`]);
    expect(headers).toMatchObject({ 'x-request-id': 'abc-1', 'access-control-allow-origin': ORIGIN });
  });

  it('HTTP/1.0 needs no Host', async () => {
    expect((await sendRaw(server.port, 'GET /event HTTP/1.0\r\n\r\n')).status).toBe(200);
  });

  it('an upgrade that nobody offers is an ordinary request', async () => {
    const { status } = await sendRaw(
      server.port,
      `GET /text HTTP/1.1\r\n${HOST}\r\nUpgrade: websocket\r\nConnection: Upgrade, close\r\n\r\n`,
    );
    expect(status).toBe(200);
  });

  it('what follows a complete request is refused after its answer', async () => {
    const request = `GET /text HTTP/1.1\r\n${HOST}\r\n\r\n\u0000 garbage\r\n\r\n`;
    const answer = await sendRaw(server.port, request);
    expect(answer.status).toBe(200);
    expect(answer.body.toString()).toMatch(/^x{10000}HTTP\/1\.1 400 /);
  });
});
