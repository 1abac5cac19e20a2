import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, type RunningApi, startApi } from './running-api.ts';

let api: RunningApi;
beforeAll(async () => {
  api = await startApi({ CORS_ALLOWED_ORIGINS: 'https://app.example.com' });
});
afterAll(() => api.stop());

/** Sends bytes as they are, which fetch would refuse, and returns the whole answer. */
const raw = (request: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(api.url);
    const socket = connect(Number(port), hostname === 'localhost' ? '127.0.0.1' : hostname, () =>
      socket.write(request),
    );
    let answer = '';
    socket.setTimeout(5_000, () => socket.destroy(new Error('no answer')));
    socket.on('data', (chunk) => {
      answer += String(chunk);
    });
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
  });

const expectShape = (
  answer: { status: number; headers: Headers; json: unknown },
  status: number,
  code: string,
) => {
  expect(answer).toMatchObject({ status, json: { code, requestId: answer.headers.get('x-request-id') } });
  expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  expect(answer.headers.get('cache-control')).toBe('no-store');
};

describe('answers that no endpoint makes', () => {
  it.each([
    ['GET', '/nothing/here', 404, 'not_found'],
    ['POST', '/api/v6/nothing', 404, 'not_found'],
    ['GET', '/api/v6/auth/login', 405, 'method_not_allowed'],
    ['DELETE', '/health', 405, 'method_not_allowed'],
    ['PATCH', '/api/v6/auth/verify-email', 405, 'method_not_allowed'],
    ['GET', '/health/', 404, 'not_found'],
    ['GET', '/api/v6/auth/%E0%A4%A', 400, 'malformed_request'],
  ])('%s %s: %i %s', async (method, path, status, code) => {
    expectShape(await call(`${api.url}${path}`, { method }), status, code);
  });

  it('name the allowed methods', async () => {
    const answer = await call(`${api.url}/health`, { method: 'POST', body: {} });
    expect(answer.headers.get('allow')).toBe('GET, HEAD, OPTIONS');
    const verify = await fetch(`${api.url}/api/v6/auth/verify-email?validToken=x`, { method: 'HEAD' });
    expect([verify.status, verify.headers.get('allow')]).toEqual([405, 'GET, POST, OPTIONS']);
  });

  it('refuse 10 MB and more in shape', async () => {
    for (const size of [1_048_577, 10_485_761, 12_000_000]) {
      const answer = await call(`${api.url}/api/v6/auth/login`, {
        method: 'POST',
        body: `"${'x'.repeat(size)}"`,
      });
      expectShape(answer, 413, 'payload_too_large');
    }
  });

  it('refuse other content types and broken bodies in shape', async () => {
    const url = `${api.url}/api/v6/auth/login`;
    const text = await call(url, {
      method: 'POST',
      body: 'login=x',
      headers: { 'content-type': 'text/plain' },
    });
    expectShape(text, 415, 'unsupported_media_type');
    for (const body of ['{', '[]', '"x"', 'null', '', '{"a":"\\ud800"}', '['.repeat(50_000)]) {
      expectShape(await call(url, { method: 'POST', body }), 400, 'malformed_request');
    }
    expectShape(
      await call(url, { method: 'POST', body: { login: 1, password: [] } }),
      400,
      'validation_failed',
    );
  });

  it('serve HEAD like GET without the body', async () => {
    const answer = await fetch(`${api.url}/health`, { method: 'HEAD' });
    expect([answer.status, await answer.text()]).toEqual([200, '']);
  });
});

describe('preflights', () => {
  it('are 204 without credentials, for listed origins alone with CORS', async () => {
    const ask = (origin: string) =>
      fetch(`${api.url}/api/v6/profile`, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'GET' },
      });
    const listed = await ask('https://app.example.com');
    expect(listed.status).toBe(204);
    expect(listed.headers.get('access-control-allow-origin')).toBe('https://app.example.com');
    expect(listed.headers.get('access-control-allow-credentials')).toBe('true');
    expect(listed.headers.get('access-control-allow-methods')).toContain('PATCH');
    expect(listed.headers.get('access-control-allow-headers')).toContain('X-API-Key');
    expect(listed.headers.get('access-control-max-age')).toBe('3600');
    const foreign = await ask('https://evil.example.com');
    expect(foreign.headers.get('access-control-allow-origin')).toBeNull();
  });

  it('and refusals alike never echo a foreign origin', async () => {
    for (const path of ['/health', '/nothing', '/api/v6/profile']) {
      const answer = await fetch(`${api.url}${path}`, { headers: { origin: 'https://evil.example.com' } });
      expect(answer.headers.get('access-control-allow-origin')).toBeNull();
      expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
    }
  });
});

describe('hostile requests', () => {
  it.each([
    [
      'a header of 100 KB',
      `GET /health HTTP/1.1\r\nHost: x\r\nX-Big: ${'x'.repeat(100_000)}\r\nConnection: close\r\n\r\n`,
    ],
    ['a request line that is none', 'HELLO\r\n\r\n'],
    [
      'a header with a control character',
      'GET /health HTTP/1.1\r\nHost: x\r\nX-A: a\u0000b\r\nConnection: close\r\n\r\n',
    ],
    [
      'two lengths',
      'POST /health HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\nConnection: close\r\n\r\nab',
    ],
    [
      'a cookie that is none',
      'GET /api/v6/profile HTTP/1.1\r\nHost: x\r\nCookie: \u0001=;;=\r\nConnection: close\r\n\r\n',
    ],
    ['a path above the root', 'GET /docs/../../etc/passwd HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'],
    [
      'an encoded path above the root',
      'GET /docs/..%2f..%2fpackage.json HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
    ],
    [
      'an authorizer override of serverless-offline',
      'GET /api/v6/profile HTTP/1.1\r\nHost: x\r\nsls-offline-authorizer-override: {"user":1}\r\nConnection: close\r\n\r\n',
    ],
  ])('%s gets a 4xx and ends nothing', async (_name, request) => {
    const answer = await raw(request);
    expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
    expect(answer).not.toMatch(/stack|node_modules|at .*\.js/i);
    expect((await call(`${api.url}/health`)).status).toBe(200);
  });

  it('with strange but legal headers get the ordinary answer', async () => {
    const headers = {
      cookie: 'a="b; access_token=%00; =; x',
      'x-request-id': 'x'.repeat(200),
      'idempotency-key': 'x'.repeat(300),
      'x-forwarded-for': '1.1.1.1, garbage',
      authorization: 'Bearer x.y.z',
      accept: ';;q=,,/',
      'if-none-match': '"""',
    };
    expectShape(await call(`${api.url}/api/v6/profile`, { headers }), 401, 'invalid_token');
    expect((await call(`${api.url}/health`, { headers })).status).toBe(200);
  });

  it('leave no stack and no secret in what the process wrote', () => {
    expect(api.output()).not.toMatch(/login=x|x\.y\.z/);
    expect(api.output()).not.toMatch(/"status":5\d\d/);
  });
});
