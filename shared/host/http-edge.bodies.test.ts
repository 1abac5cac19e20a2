import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Contract } from '../http/contract.ts';
import { rawRequest, sendRaw } from '../testing/raw-http.ts';
import { openTestEdge, type TestEdge } from '../testing/test-edge.ts';

const MEBIBYTE = 1_048_576;
const HOST = 'Host: x';
const MULTIPART_TYPE = 'Content-Type: multipart/form-data; boundary=x';

const contractOf = (request: object): Contract => ({ summary: '', guard: 'public', request, responses: {} });
const STREAMED = contractOf({ stream: { contentType: '*/*', description: '', maxBytes: () => Infinity } });
const MULTIPART = contractOf({ body: { format: 'multipart' } });

let server: TestEdge;
let bytesInUse = 0;
let mostBytesInUse = 0;

/** Says how many bytes came, and counts how many are in functions at once. */
const take = async (bytes: number) => {
  bytesInUse += bytes;
  mostBytesInUse = Math.max(mostBytesInUse, bytesInUse);
  await sleep(5);
  bytesInUse -= bytes;
  return { statusCode: 200, body: String(bytes) };
};

beforeAll(async () => {
  server = await openTestEdge([
    {
      route: 'POST /whole',
      contract: MULTIPART,
      answer: ({ body = '' }) => take(Buffer.from(body, 'base64').length),
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
  ]);
});
afterAll(() => server.close());

const head = (path: string, headers: readonly string[]): string =>
  rawRequest(`POST ${path}`, [HOST, ...headers]);

describe('bodies', { timeout: 60_000 }, () => {
  const large = (size: number, chunked: boolean): Buffer => {
    const body = Buffer.alloc(size, 'a');
    if (!chunked)
      return Buffer.concat([Buffer.from(head('/whole', [MULTIPART_TYPE, `Content-Length: ${size}`])), body]);
    const start = `${head('/whole', [MULTIPART_TYPE, 'Transfer-Encoding: chunked'])}${size.toString(16)}\r\n`;
    return Buffer.concat([Buffer.from(start), body, Buffer.from('\r\n0\r\n\r\n')]);
  };

  it('of 10 MiB arrive side by side, are in memory in turn, and leave nothing on the disk', async () => {
    mostBytesInUse = 0;
    const spooled = () => readdirSync(tmpdir()).filter((name) => name.startsWith('japanesestudent-body-'));
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => sendRaw(server.port, large(10 * MEBIBYTE, index % 2 === 0))),
    );
    expect(answers.map(({ status, body }) => [status, body.toString()])).toEqual(
      Array.from({ length: 20 }, () => [200, String(10 * MEBIBYTE)]),
    );
    expect(mostBytesInUse).toBe(10 * MEBIBYTE);
    expect(spooled()).toEqual([]);
  });

  it.each([true, false])(
    'beyond the limit are refused before they have come, chunked: %s',
    async (chunked) => {
      const answer = await sendRaw(
        server.port,
        large(10 * MEBIBYTE + 1, chunked).subarray(0, 10.1 * MEBIBYTE),
      );
      expect([answer.status, JSON.parse(answer.body.toString()).code]).toEqual([413, 'payload_too_large']);
    },
  );

  it('are answered early while they still come, and the client can read the answer', async () => {
    const body = Buffer.alloc(40 * MEBIBYTE);
    const early = Array.from({ length: 5 }, async () => {
      const response = await fetch(`http://127.0.0.1:${server.port}/whole`, {
        method: 'POST',
        headers: { 'content-type': 'multipart/form-data; boundary=x' },
        body,
      });
      return [response.status, ((await response.json()) as { code: string }).code];
    });
    expect(await Promise.all(early)).toEqual(Array.from({ length: 5 }, () => [413, 'payload_too_large']));
  });

  it('beyond the limit that wait for 100 Continue are never asked for', async () => {
    const request = head('/whole', ['Expect: 100-continue', 'Content-Length: 99999999']);
    expect((await sendRaw(server.port, request)).status).toBe(413);
  });

  it('of an endpoint that streams have no limit here', async () => {
    const size = 12 * MEBIBYTE;
    for (const chunked of [true, false]) {
      const request = large(size, chunked).toString('latin1').replace('/whole', '/stream');
      const answer = await sendRaw(server.port, Buffer.from(request, 'latin1'));
      expect([answer.status, answer.body.toString()]).toEqual([200, String(size)]);
    }
  });
});
