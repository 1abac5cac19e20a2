import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { signAccessToken } from '../auth/access-token.ts';
import { markEnded } from '../auth/revocation.ts';
import { AppError } from '../errors/app-error.ts';
import { closeResources, openResources, type Resources } from '../host/resources.ts';
import { invoke } from '../testing/invoke.ts';
import { openTestResources, type TestResources } from '../testing/test-resources.ts';
import type { Contract } from './contract.ts';
import { endpoint } from './endpoint.ts';
import { pathId, queryInteger } from './fields.ts';

let resources: TestResources;
const provide = async (): Promise<Resources> => resources;
beforeAll(async () => {
  resources = await openTestResources({
    CORS_ALLOWED_ORIGINS: 'https://app.example.com',
    API_KEY: 'the-service-key',
  });
});
afterAll(() => resources.close());

const okBody = z.object({ ok: z.boolean() });
const plain = {
  summary: 'Test',
  guard: 'public',
  responses: { 200: { description: 'ok', schema: okBody } },
} as const;
const ok = () => ({ status: 200, body: { ok: true } }) as const;
const guarded = (guard: Contract['guard']) => endpoint({ ...plain, guard }, ok, { resources: provide });
const token = async (role: 1 | 2 | 3, sessionId = 5, now = new Date()) =>
  (await signAccessToken({ userId: 42, role, sessionId }, resources.config, now)).token;
const bearer = async (role: 1 | 2 | 3) => ({ authorization: `bearer ${await token(role)}` });

describe('headers of every answer', () => {
  const handler = endpoint(plain, ok, { resources: () => provide() });

  it('are there on success and on refusal', async () => {
    for (const answer of [await invoke(handler), await invoke(guarded('user'))]) {
      expect(answer.headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cache-control': 'no-store',
        'content-type': 'application/json',
      });
      expect(answer.headers['x-request-id']).toMatch(/^[\w-]{36}$/);
    }
  });

  it('echo a good request id and replace a bad one', async () => {
    const good = await invoke(handler, { headers: { 'x-request-id': 'my-id_1.2' } });
    expect(good.headers['x-request-id']).toBe('my-id_1.2');
    const bad = await invoke(handler, { headers: { 'x-request-id': 'evil\nid' } });
    expect(bad.headers['x-request-id']).not.toContain('evil');
    const refused = await invoke(guarded('user'), { headers: { 'x-request-id': 'my-id' } });
    expect(refused.json.requestId).toBe('my-id');
  });

  it('carry CORS for a listed origin only', async () => {
    const listed = await invoke(handler, { headers: { origin: 'https://app.example.com' } });
    expect(listed.headers['access-control-allow-origin']).toBe('https://app.example.com');
    expect(listed.headers['access-control-allow-credentials']).toBe('true');
    expect(listed.headers['vary']).toBe('Origin');
    const foreign = await invoke(handler, { headers: { origin: 'https://evil.example.com' } });
    expect(foreign.headers['access-control-allow-origin']).toBeUndefined();
    expect(foreign.headers['vary']).toBe('Origin');
  });

  it('hold for a path with a trailing slash, which is no path of ours', async () => {
    expect(await invoke(handler, { path: '/test/' })).toMatchObject({
      status: 404,
      json: { code: 'not_found' },
    });
  });
});

describe('guards', () => {
  it.each([
    ['user', undefined, 401, 'unauthenticated'],
    ['user', 'nonsense', 401, 'invalid_token'],
    ['tutor', undefined, 401, 'unauthenticated'],
    ['admin', 'nonsense', 401, 'invalid_token'],
  ] as const)('%s with %s token: %i %s', async (guard, given, status, code) => {
    const headers: Record<string, string> = given ? { authorization: `Bearer ${given}` } : {};
    expect(await invoke(guarded(guard), { headers })).toMatchObject({ status, json: { code } });
  });

  it('let each role reach what it may', async () => {
    const reached = async (guard: Contract['guard'], role: 1 | 2 | 3) =>
      (await invoke(guarded(guard), { headers: await bearer(role) })).status;
    expect([await reached('user', 1), await reached('tutor', 1), await reached('admin', 1)]).toEqual([
      200, 403, 403,
    ]);
    expect([await reached('user', 2), await reached('tutor', 2), await reached('admin', 2)]).toEqual([
      200, 200, 403,
    ]);
    expect([await reached('user', 3), await reached('tutor', 3), await reached('admin', 3)]).toEqual([
      200, 200, 200,
    ]);
  });

  it('refuse tokens that are expired, foreign, unsigned or of another kind', async () => {
    const { config } = resources;
    const old = await token(1, 5, new Date(Date.now() - config.JWT_ACCESS_TOKEN_EXPIRY - 1_000));
    const foreign = await signAccessToken(
      { userId: 42, role: 3, sessionId: 5 },
      { ...config, JWT_SECRET: 'x'.repeat(40) },
      new Date(),
    );
    const audience = await signAccessToken(
      { userId: 42, role: 3, sessionId: 5 },
      { ...config, JWT_AUDIENCE: 'b' },
      new Date(),
    );
    const [, payload] = (await token(3)).split('.');
    const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`;
    for (const bad of [old, foreign.token, audience.token, unsigned, '', 'a b']) {
      const answer = await invoke(guarded('user'), { headers: { authorization: `Bearer ${bad}` } });
      expect(answer).toMatchObject({ status: 401, json: { code: 'invalid_token' } });
    }
  });

  it('take a cookie, never behind a bad bearer token, and only from our own pages for writes', async () => {
    const cookie = `access_token=${await token(1)}`;
    const call = (method: string, headers: Record<string, string>) =>
      invoke(guarded('user'), { method, headers: { cookie, ...headers } });
    expect((await call('GET', {})).status).toBe(200);
    expect(await call('GET', { authorization: 'Bearer nonsense' })).toMatchObject({
      json: { code: 'invalid_token' },
    });
    expect(await call('GET', { authorization: 'Basic abc' })).toMatchObject({
      json: { code: 'invalid_token' },
    });
    for (const headers of [
      {},
      { origin: 'https://evil.example.com' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
    ]) {
      expect(await call('POST', headers as Record<string, string>)).toMatchObject({
        status: 403,
        json: { code: 'csrf_rejected' },
      });
    }
    const own = new URL(resources.config.PUBLIC_BASE_URL).origin;
    for (const headers of [
      { origin: own },
      { origin: 'https://app.example.com' },
      { 'sec-fetch-site': 'same-origin' },
    ]) {
      expect((await call('POST', headers as Record<string, string>)).status).toBe(200);
    }
  });

  it('ask services for the key', async () => {
    const call = (key?: string) =>
      invoke(guarded('service'), { headers: key === undefined ? {} : { 'x-api-key': key } });
    expect((await call('the-service-key')).status).toBe(200);
    for (const key of [undefined, '', 'the-service-ke', 'the-service-key2']) {
      expect(await call(key)).toMatchObject({ status: 401, json: { code: 'invalid_api_key' } });
    }
  });

  it('refuse ended sessions at once and spare later ones', async () => {
    const use = async (sessionId: number) =>
      (await invoke(guarded('user'), { headers: { authorization: `Bearer ${await token(1, sessionId)}` } }))
        .status;
    await markEnded(resources, { sessionId: 71 });
    expect([await use(71), await use(70), await use(72)]).toEqual([401, 200, 200]);
    await markEnded(resources, { userId: 42, highestSessionId: 80 });
    await markEnded(resources, { userId: 42, highestSessionId: 75 });
    expect([await use(72), await use(80), await use(81)]).toEqual([401, 401, 200]);
  });
});

describe('validation', () => {
  const handler = endpoint(
    {
      ...plain,
      request: {
        path: z.object({ id: pathId() }),
        query: z.object({ count: queryInteger(1, 100).prefault('20') }),
        headers: z.object({ 'x-auth-mode': z.enum(['cookie', 'token']).optional() }),
        body: {
          format: 'json',
          schema: z.object({
            name: z.string().min(1).max(5),
            results: z.array(z.object({ period: z.int().min(0) })).max(10),
          }),
        },
      },
    },
    ({ body }) => ({ status: 200, body: { ok: body.name === 'a' } }),
    { resources: provide },
  );
  const call = (request: Parameters<typeof invoke>[1]) =>
    invoke(handler, {
      method: 'POST',
      pathParameters: { id: '1' },
      body: { name: 'a', results: [] },
      ...request,
    });

  it('reports all issues of all parts in field order', async () => {
    const answer = await call({
      pathParameters: { id: '01' },
      query: 'count=0',
      headers: { 'x-auth-mode': 'both' },
      body: { results: [{ period: 1 }, { period: -1 }, {}] },
    });
    expect(answer.status).toBe(400);
    expect(
      answer.json.details.map(({ field, code }: { field: string; code: string }) => `${field} ${code}`),
    ).toEqual([
      'id invalid_format',
      'count too_small',
      'X-Auth-Mode invalid_value',
      'name required',
      'results[1].period too_small',
      'results[2].period required',
    ]);
  });

  it('ignores unknown keys and repeated unknown parameters, refuses a repeated known one', async () => {
    expect((await call({ query: 'x=1&x=2', body: { name: 'a', results: [], more: 1 } })).status).toBe(200);
    const repeated = await call({ query: 'count=1&count=1' });
    expect(repeated.json.details).toEqual([expect.objectContaining({ field: 'count', code: 'repeated' })]);
  });

  it.each([
    [
      'no body',
      { body: undefined, headers: { 'content-type': 'application/json' } },
      400,
      'malformed_request',
    ],
    ['bad syntax', { body: '{' }, 400, 'malformed_request'],
    [
      'another type',
      { body: 'a=1', headers: { 'content-type': 'text/plain' } },
      415,
      'unsupported_media_type',
    ],
    ['1 MiB and a byte', { body: `{"name":"${'x'.repeat(1_048_577)}"}` }, 413, 'payload_too_large'],
  ])('%s: %i', async (_name, request, status, code) => {
    expect(await call(request as never)).toMatchObject({ status, json: { code } });
  });

  it('checks size before credentials, and credentials before the body', async () => {
    const strict = endpoint(
      { ...plain, guard: 'user', request: { body: { format: 'json', schema: z.object({}) } } },
      ok,
      { resources: provide },
    );
    expect((await invoke(strict, { method: 'POST', body: 'x'.repeat(1_048_577) })).status).toBe(413);
    expect((await invoke(strict, { method: 'POST', body: '{' })).status).toBe(401);
  });
});

describe('answers', () => {
  it('turn into 500 when the contract does not declare them, and tell the caller nothing', async () => {
    const bodies = [{ ok: 'yes' }, { ok: true, secret: 1 }, {}];
    for (const body of bodies) {
      const handler = endpoint(plain, () => ({ status: 200, body }) as never, { resources: provide });
      const answer = await invoke(handler);
      expect(answer).toMatchObject({ status: 500, json: { code: 'internal_error' } });
      expect(answer.text).not.toContain('secret');
    }
    const undeclared = endpoint(plain, () => Promise.reject(new AppError('gone')), { resources: provide });
    expect((await invoke(undeclared)).status).toBe(500);
  });

  it('never show what broke', async () => {
    const handler = endpoint(plain, () => Promise.reject(new Error('SELECT secret FROM users')), {
      resources: provide,
    });
    const answer = await invoke(handler);
    expect(answer.json).toEqual({
      error: 'Something went wrong on our side.',
      code: 'internal_error',
      requestId: answer.headers['x-request-id'],
    });
  });

  it('carry an entity tag and become 304 for who has it', async () => {
    const handler = endpoint(plain, () => ({ status: 200, body: { ok: true }, etag: '"v1"' }), {
      resources: provide,
    });
    expect((await invoke(handler)).headers['etag']).toBe('"v1"');
    const again = await invoke(handler, { headers: { 'if-none-match': 'W/"v1"' } });
    expect([again.status, again.text, again.headers['etag']]).toEqual([304, '', '"v1"']);
  });

  it('become a page for who prefers one, with the same status', async () => {
    const handler = endpoint(
      { ...plain, errors: ['gone'], page: ({ status, message }) => `<p>${status} ${message}</p>` },
      () => Promise.reject(new AppError('gone')),
      { resources: provide },
    );
    const page = await invoke(handler, { headers: { accept: 'text/html' } });
    expect(page).toMatchObject({ status: 410, text: '<p>410 This link has been used or has expired.</p>' });
    expect(page.headers['content-security-policy']).toContain("default-src 'none'");
    expect((await invoke(handler)).json.code).toBe('gone');
  });

  it('say 503 when the deadline passes, and abort the signal', async () => {
    let aborted = false;
    const slow = endpoint(
      plain,
      (_input, { signal }) =>
        new Promise<never>(() => {
          signal.addEventListener('abort', () => {
            aborted = true;
          });
        }),
      {
        resources: async () => ({
          ...resources,
          config: { ...resources.config, REQUEST_TIMEOUT_SECONDS: 0.05 },
        }),
      },
    );
    const answer = await invoke(slow);
    expect(answer).toMatchObject({ status: 503, json: { code: 'unavailable' } });
    expect(answer.headers['retry-after']).toBe('5');
    expect(aborted).toBe(true);
  });

  it('say 503 when MariaDB is unavailable', async () => {
    const away = await openResources({ ...resources.config, DB_PORT: 1 }, resources.log);
    const handler = endpoint(
      plain,
      async (_input, { db }) => {
        await sql`SELECT 1`.execute(db);
        return { status: 200, body: { ok: true } };
      },
      { resources: async () => away },
    );
    expect(await invoke(handler)).toMatchObject({ status: 503, json: { code: 'unavailable' } });
    await closeResources(away);
  });
});

describe('the general limit', () => {
  const limited = async (overrides: Partial<Resources['config']>) => {
    const config = { ...resources.config, RATE_LIMIT_PER_MINUTE: 3, ...overrides };
    return openResources(config, resources.log);
  };
  const statuses = async (own: Resources, requests: Parameters<typeof invoke>[1][]) => {
    const handler = endpoint(plain, ok, { resources: async () => own });
    const answers = [];
    for (const request of requests) answers.push(await invoke(handler, request));
    return answers;
  };

  it.each([
    ['with Redis', {}],
    ['in memory while Redis is unavailable', { REDIS_PORT: 1 }],
  ])('counts per caller %s', async (_name, overrides) => {
    const own = await limited(overrides);
    const address = `198.51.100.${Object.keys(overrides).length + 1}`;
    const other = { headers: await bearer(1), address };
    const answers = await statuses(own, [{ address }, { address }, { address }, { address }, other]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429, 200]);
    expect(answers[0]?.headers['ratelimit-policy']).toBe('"general";q=3;w=60');
    expect(answers[0]?.headers['ratelimit']).toBe('"general";r=2;t=60');
    expect(answers[3]?.json.code).toBe('rate_limited');
    expect(Number(answers[3]?.headers['retry-after'])).toBeGreaterThan(50);
    expect(answers[3]?.headers['ratelimit']).toContain('r=0');
    await closeResources(own);
  });

  it.each([
    [
      'IPv4, however it is spelled',
      ['192.0.2.5', '::ffff:192.0.2.5', '0:0:0:0:0:FFFF:c000:0205', '::ffff:c000:205'],
    ],
    [
      'an IPv6 network',
      ['2001:db8:9:9::1', '2001:db8:9:9:ffff::2', '2001:DB8:9:9:0:0:0:3', '2001:db8:9:9:1::'],
    ],
  ])('counts %s, as one', async (_name, addresses) => {
    const own = await limited({});
    const answers = await statuses(
      own,
      addresses.map((address) => ({ address })),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429]);
    await closeResources(own);
  });

  it('counts neighbours apart: IPv4 addresses of a network, IPv6 networks', async () => {
    const own = await limited({});
    const places = ['192.0.2.11', '192.0.2.12', '2001:db8:8:1::1', '2001:db8:8:2::1'];
    const answers = await statuses(
      own,
      places.flatMap((address) => [{ address }, { address }]),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    await closeResources(own);
  });

  it('exempts services and is off at 0', async () => {
    const own = await limited({});
    const service = { headers: { 'x-api-key': 'the-service-key' }, address: '198.51.100.9' };
    const answers = await statuses(
      own,
      Array.from({ length: 5 }, () => service),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    await closeResources(own);
    expect((await invoke(endpoint(plain, ok, { resources: provide }))).headers['ratelimit']).toBeUndefined();
  });
});
