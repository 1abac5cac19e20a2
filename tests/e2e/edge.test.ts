import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mp3 } from '#functions/media/testing/samples.ts';
import { type RawAnswer, rawRequest, sendRaw } from '#shared/testing/raw-http.ts';
import { call, type RunningApi, startApi } from './running-api.ts';

const MEBIBYTE = 1_048_576;
const SERVICE = { 'x-api-key': 'local-api-key-worthless' };
const KEY = 'X-API-Key: local-api-key-worthless';
const ALLOWED_GROWTH = 100_000_000;

let api: RunningApi;
beforeAll(async () => {
  api = await startApi({
    HTTP_HEADERS_TIMEOUT: '1s',
    HTTP_KEEP_ALIVE_TIMEOUT: '1s',
    MEDIA_IDLE_TIMEOUT: '2s',
    AUTH_THROTTLE: 'off',
    PUBLIC_BASE_URL: 'https://api.example',
  });
});
afterAll(() => api.stop());

const port = (): number => Number(new URL(api.url).port);
const send = (request: string, more?: { everyMs: number; chunk: string }): Promise<RawAnswer> =>
  sendRaw(port(), request, more);
const json = (answer: RawAnswer) => JSON.parse(answer.body.toString());

describe('connections that a supervisor handed over', () => {
  it('end when headers do not come to an end', async () => {
    const answer = await send('GET /health HTTP/1.1\r\n', { everyMs: 100, chunk: 'X-A: b\r\n' });
    expect([answer.status, json(answer).code]).toEqual([408, 'malformed_request']);
  });

  it('end when a body stalls', async () => {
    const request = rawRequest('POST /api/v6/auth/login', [
      'Host: x',
      'Content-Type: application/json',
      'Content-Length: 9',
    ]);
    const answer = await send(`${request}{`);
    expect(answer.status).toBe(0);
    expect(answer.closedAfter).toBeGreaterThan(1_500);
  });

  it('end when they are kept without another request', async () => {
    const answer = await send('GET /health HTTP/1.1\r\nHost: x\r\n\r\n');
    expect(answer.status).toBe(200);
    expect(answer.closedAfter).toBeGreaterThan(800);
  });

  it('last while a body arrives slowly', async () => {
    const body = JSON.stringify({ login: 'nobody', password: 'not the right one' });
    const request = rawRequest('POST /api/v6/auth/login', [
      'Host: x',
      'Content-Type: application/json',
      `Content-Length: ${body.length + 25}`,
    ]);
    const answer = await send(`${request}${body}`, { everyMs: 100, chunk: ' ' });
    expect([answer.status, json(answer).code]).toEqual([401, 'invalid_credentials']);
    expect(answer.closedAfter).toBeGreaterThan(2_200);
  });
});

describe('an upload of 12 MB', () => {
  const bytes = mp3(12_000_000);
  const sha256 = createHash('sha256').update(bytes).digest('hex');

  const start = async (): Promise<string> => {
    const body = { mediaType: 'lesson_audio', filename: 'a.mp3', size: bytes.length };
    const started = await call(`${api.url}/api/v6/media/uploads`, { method: 'POST', headers: SERVICE, body });
    const { pathname, search } = new URL(started.json.uploadUrl);
    return pathname + search;
  };
  const complete = async (address: string) => {
    const path = address.replace(/\?.*/, '/complete');
    return (await call(`${api.url}${path}`, { method: 'POST', headers: SERVICE })).json;
  };

  it.each([
    ['with its length', `Content-Length: ${bytes.length}`, bytes],
    [
      'in chunks',
      'Transfer-Encoding: chunked',
      Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n0\r\n\r\n')]),
    ],
  ])('%s streams through', async (_name, header, body) => {
    const address = await start();
    const head = Buffer.from(rawRequest(`PUT ${address}`, ['Host: x', header]));
    const answer = await sendRaw(port(), Buffer.concat([head, body]));
    expect(answer.status).toBe(204);
    expect(answer.headers).not.toHaveProperty('content-length');
    expect(await complete(address)).toMatchObject({ size: bytes.length, sha256 });
  });

  it('comes back whole, with type and length on HEAD and without compression', async () => {
    const form = new FormData();
    form.append('file', new Blob([new Uint8Array(bytes)]), 'a.mp3');
    const uploaded = await fetch(`${api.url}/api/v6/media/lesson_audio`, {
      method: 'POST',
      headers: SERVICE,
      body: form,
    });
    const { pathname, search } = new URL(((await uploaded.json()) as { url: string }).url);
    const address = pathname + search;
    const file = await send(rawRequest(`GET ${address}`, ['Host: x', 'Accept-Encoding: gzip, br']));
    expect(createHash('sha256').update(file.body).digest('hex')).toBe(sha256);
    const expected = {
      'content-type': 'audio/mpeg',
      'content-length': String(bytes.length),
      'cross-origin-resource-policy': 'cross-origin',
      'strict-transport-security': 'max-age=31536000',
    };
    expect(file.headers).toMatchObject(expected);
    expect(file.headers).not.toHaveProperty('content-encoding');
    expect((await send(rawRequest(`HEAD ${address}`, ['Host: x']))).headers).toMatchObject(expected);
    const same = await send(
      rawRequest(`GET ${address}`, ['Host: x', `If-None-Match: ${file.headers['etag']}`]),
    );
    expect(same.status).toBe(304);
    expect(same.headers).not.toHaveProperty('content-length');
    expect(same.headers).not.toHaveProperty('content-type');
  });
});

describe('20 bodies of 10 MB at once', () => {
  const residentBytes = async (): Promise<number> => {
    const status = await readFile(`/proc/${api.pid()}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1_024;
  };
  const body = Buffer.concat([
    Buffer.from('--x\r\ncontent-disposition: form-data; name="email"\r\n\r\nnone\r\n'),
    Buffer.from('--x\r\ncontent-disposition: form-data; name="other"; filename="a"\r\n\r\n'),
    Buffer.alloc(10 * MEBIBYTE - 1_000, 'a'),
    Buffer.from('\r\n--x--\r\n'),
  ]);
  const head = rawRequest('POST /api/v6/auth/register', [
    'Host: x',
    KEY,
    'Content-Type: multipart/form-data; boundary=x',
    `Content-Length: ${body.length}`,
  ]);
  const request = Buffer.concat([Buffer.from(head), body]);

  it('add less than 100 MB of memory, and all get their answer', async () => {
    // What one of them makes the engine load and keep is no matter of how many there are.
    await sendRaw(port(), request);
    const before = await residentBytes();
    let peak = before;
    let isOver = false;
    const watching = (async () => {
      while (!isOver) {
        peak = Math.max(peak, await residentBytes());
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    })();
    const answers = await Promise.all(Array.from({ length: 20 }, () => sendRaw(port(), request)));
    isOver = true;
    await watching;
    expect(answers.map((answer) => [answer.status, json(answer).code])).toEqual(
      Array.from({ length: 20 }, () => [400, 'validation_failed']),
    );
    console.log(`memory grew by ${Math.round((peak - before) / MEBIBYTE)} MiB`);
    expect(peak - before).toBeLessThan(ALLOWED_GROWTH);
  });
});
