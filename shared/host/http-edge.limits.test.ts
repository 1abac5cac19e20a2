import { once } from 'node:events';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Contract } from '../http/contract.ts';
import { rawRequest, sendRaw } from '../testing/raw-http.ts';
import { openTestEdge, type TestEdge } from '../testing/test-edge.ts';

const HOST = 'Host: x';
const LIMIT_MS = 1_000;
/** Limits are looked at once a second, and the machine may be busy. */
const LATEST_MS = LIMIT_MS * 6;
const CONNECTIONS = 40;

const contractOf = (request: object): Contract => ({ summary: '', guard: 'public', request, responses: {} });
const STREAMED = contractOf({ stream: { contentType: '*/*', description: '', maxBytes: () => Infinity } });
const MULTIPART = contractOf({ body: { format: 'multipart' } });

let server: TestEdge;
let downloads: Readable[] = [];

beforeAll(async () => {
  server = await openTestEdge(
    [
      {
        route: 'POST /whole',
        contract: MULTIPART,
        answer: ({ body = '' }) => ({
          statusCode: 200,
          body: String(Buffer.from(body, 'base64').length),
        }),
      },
      {
        route: 'POST /stream',
        contract: STREAMED,
        answer: async (_event, { streams }) => {
          let size = 0;
          for await (const chunk of streams?.body ?? []) size += (chunk as Buffer).length;
          return { statusCode: 200, body: String(size) };
        },
      },
      {
        route: 'GET /slow',
        answer: async () => {
          await sleep(LIMIT_MS * 1.8);
          return { statusCode: 200, body: 'slow' };
        },
      },
      {
        route: 'GET /endless',
        answer: () => {
          const stream = new Readable({ read: () => void stream.push(Buffer.alloc(65_536)) });
          downloads.push(stream);
          return { statusCode: 200, stream };
        },
      },
    ],
    {
      HTTP_HEADERS_TIMEOUT: '1s',
      HTTP_KEEP_ALIVE_TIMEOUT: '1s',
      HTTP_BODY_TIMEOUT: '3s',
      MEDIA_IDLE_TIMEOUT: '1s',
      HTTP_MAX_CONNECTIONS: String(CONNECTIONS),
    },
  );
});
afterAll(() => server.close());

const head = (path: string, headers: readonly string[]): string =>
  rawRequest(`POST ${path}`, [HOST, ...headers]);
const MULTIPART_TYPE = 'Content-Type: multipart/form-data; boundary=x';

describe('a connection ends', { timeout: 30_000 }, () => {
  it.each([
    ['that says nothing', '', undefined],
    ['that never finishes its headers', 'GET /slow HTTP/1.1\r\n', { everyMs: 100, chunk: 'X-A: b\r\n' }],
  ])('%s', async (_name, request, keepSending) => {
    const answer = await sendRaw(server.port, request, keepSending);
    expect(answer.closedAfter).toBeGreaterThan(LIMIT_MS * 0.8);
    expect(answer.closedAfter).toBeLessThan(LATEST_MS);
    // What makes no progress at all may end by the one limit or by the other.
    if (keepSending)
      expect([answer.status, JSON.parse(answer.body.toString()).code]).toEqual([408, 'malformed_request']);
  });

  it.each(['/whole', '/stream'])('that stalls within the body of %s', async (path) => {
    const answer = await sendRaw(server.port, `${head(path, [MULTIPART_TYPE, 'Content-Length: 100'])}abc`);
    expect(answer.closedAfter).toBeGreaterThan(LIMIT_MS * 0.8);
    expect(answer.closedAfter).toBeLessThan(LATEST_MS);
    expect(answer.status).toBe(0);
  });

  it('that is kept without another request', async () => {
    const answer = await sendRaw(server.port, `GET /nothing HTTP/1.1\r\n${HOST}\r\n\r\n`);
    expect(answer.status).toBe(404);
    expect(answer.closedAfter).toBeGreaterThan(LIMIT_MS * 0.8);
    expect(answer.closedAfter).toBeLessThan(LATEST_MS);
  });

  it('that does not read its answer, and the source of the answer with it', async () => {
    downloads = [];
    const socket = connect(server.port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.pause();
    socket.write(rawRequest('GET /endless', [HOST]));
    await expect.poll(() => downloads[0]?.destroyed, { timeout: LATEST_MS }).toBe(true);
    socket.destroy();
  });

  it('whose whole body takes too long, although it never stalls', async () => {
    const request = head('/whole', [MULTIPART_TYPE, 'Content-Length: 1000000']);
    const answer = await sendRaw(server.port, request, { everyMs: 100, chunk: 'abc' });
    expect([answer.status, JSON.parse(answer.body.toString()).code]).toEqual([408, 'malformed_request']);
    expect(answer.closedAfter).toBeGreaterThan(LIMIT_MS * 2.5);
  });
});

describe('a connection lasts', { timeout: 30_000 }, () => {
  it('while a function is at work', async () => {
    const answer = await sendRaw(server.port, rawRequest('GET /slow', [HOST]));
    expect([answer.status, answer.body.toString()]).toEqual([200, 'slow']);
  });

  it.each([
    ['/whole', 20],
    ['/stream', 40],
  ])('while the body of %s arrives slowly but steadily', async (path, pieces) => {
    const request = head(path, [MULTIPART_TYPE, `Content-Length: ${pieces}`]);
    const answer = await sendRaw(server.port, request, { everyMs: 100, chunk: 'a' });
    expect([answer.status, answer.body.toString()]).toEqual([200, String(pieces)]);
    expect(answer.closedAfter).toBeGreaterThan(pieces * 90);
  });
});

describe('connections', { timeout: 30_000 }, () => {
  it('beyond the cap are told so, and served again once others have gone', async () => {
    const others = Array.from({ length: CONNECTIONS }, () => connect(server.port, '127.0.0.1'));
    for (const socket of others) socket.on('error', () => undefined);
    await Promise.all(others.map((socket) => once(socket, 'connect')));
    const refused = await sendRaw(server.port, rawRequest('GET /nothing', [HOST]));
    expect([refused.status, JSON.parse(refused.body.toString()).code]).toEqual([503, 'unavailable']);
    expect(refused.headers['retry-after']).toBe('5');
    for (const socket of others) socket.destroy();
    const status = async () => (await sendRaw(server.port, rawRequest('GET /nothing', [HOST]))).status;
    await expect.poll(status).toBe(404);
  });
});
