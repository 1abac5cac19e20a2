import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ERROR_STATUS } from '#shared/errors/error-codes.ts';
import { guardsOf } from '#shared/http/caller/guards.ts';
import { type DocumentedRoute, loadContracts } from '#shared/openapi/document.ts';
import { type Harness, openHarness } from '#shared/testing/harness.ts';
import type { TestResponse } from '#shared/testing/invoke.ts';
import { allCredentials, refusalBy, rightCredential } from './credentials.ts';

let harness: Harness;
beforeAll(async () => {
  const noLimits = { AUTH_THROTTLE: 'off', MEDIA_RATE_LIMIT_PER_MINUTE: '0' };
  harness = await openHarness({ API_KEY: 'the key of the matrix', ...noLimits }, { overHttp: true });
});
afterAll(() => harness.close());

const VERBS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];
const SAFE = ['GET', 'HEAD'];
/** What is wrong in every way that is looked at after the guard, for it to be looked at first. */
const WRONG = {
  query: 'page=x&count=0&count=0',
  body: Buffer.from('{'),
  type: { 'content-type': 'text/x-wrong' },
};
/** Past the limit of a body that is not multipart. */
const TOO_LARGE = Buffer.alloc(1_048_577, 0x20);

const routes = await loadContracts();
/** A path of the route, whose parameters name nothing. */
const pathOf = ({ path }: Pick<DocumentedRoute, 'path'>): string => path.replace(/\{[^}]+\}/g, 'none');
const target = (route: DocumentedRoute, method = route.method): string => `${method} ${pathOf(route)}`;
const right = ({ contract }: DocumentedRoute) => rightCredential(harness, guardsOf(contract));

/** The code of a refusal, whose whole shape is looked at; undefined for any other answer. */
const refusalOf = ({ status, headers, json, text }: TestResponse): string | undefined => {
  expect(status, text).toBeLessThan(500);
  expect(headers['x-request-id']).toMatch(/^[\w-]{36}$/);
  expect(headers['x-content-type-options']).toBe('nosniff');
  if (status < 400) return undefined;
  expect(headers['content-type']).toBe('application/json');
  expect(headers['cache-control']).toBe('no-store');
  expect(json).toMatchObject({ error: expect.stringMatching(/\S/), requestId: headers['x-request-id'] });
  expect(ERROR_STATUS[json.code as keyof typeof ERROR_STATUS]).toBe(status);
  expect(Array.isArray(json.details)).toBe(json.code === 'validation_failed' || 'details' in json);
  return json.code;
};
const GUARD_CODES = ['unauthenticated', 'invalid_token', 'invalid_api_key', 'forbidden', 'csrf_rejected'];

test('the table has endpoints of every guard', () => {
  const guards = new Set(routes.flatMap(({ contract }) => guardsOf(contract)));
  expect([...guards].sort()).toEqual(['admin', 'link', 'public', 'service', 'tutor', 'user']);
  expect(routes.length).toBeGreaterThan(80);
});

const named = (those: readonly DocumentedRoute[]) =>
  those.map((route) => [`${route.method} ${route.path}`, route] as const);
const isGuarded = ({ contract }: DocumentedRoute): boolean =>
  !guardsOf(contract).some((guard) => guard === 'public' || guard === 'link');
const queryOf = ({ contract }: DocumentedRoute): string[] =>
  Object.keys(contract.request?.query?.shape ?? {});

test.each(named(routes.filter(isGuarded)))(
  '%s asks for its credential, and for nothing before',
  async (_name, route) => {
    const isUnsafe = !SAFE.includes(route.method);
    const told: Record<string, string | undefined> = {};
    const due: Record<string, string | undefined> = {};
    for (const credential of await allCredentials(harness)) {
      due[credential.name] = refusalBy(guardsOf(route.contract), isUnsafe, credential);
      const headers = { ...WRONG.type, ...credential.headers };
      const body = isUnsafe ? { body: WRONG.body } : {};
      const refused = refusalOf(await harness.call(target(route), { query: WRONG.query, ...body, headers }));
      told[credential.name] = refused !== undefined && GUARD_CODES.includes(refused) ? refused : undefined;
    }
    expect(told).toEqual(due);
  },
);

test.each(
  named(routes.filter(({ method, contract }) => !SAFE.includes(method) && !contract.request?.stream)),
)('%s refuses a body that is too large before it asks who sends it', async (_name, route) => {
  const headers = { 'content-type': 'application/json' };
  expect(refusalOf(await harness.call(target(route), { body: TOO_LARGE, headers }))).toBe(
    'payload_too_large',
  );
});

test.each(named(routes))('%s has no path with a slash at the end', async (_name, route) => {
  const headers = await right(route);
  expect(refusalOf(await harness.call(`${target(route)}/`, { headers }))).toBe('not_found');
});

test.each(named(routes.filter((route) => queryOf(route).length > 0)))(
  '%s refuses a query parameter that comes twice',
  async (_name, route) => {
    const headers = await right(route);
    for (const name of queryOf(route)) {
      const { json } = await harness.call(target(route), { headers, query: `${name}=1&${name}=1` });
      expect(json, name).toMatchObject({ code: 'validation_failed' });
      expect(json.details.map(({ field }: { field: string }) => field)).toContain(name);
    }
  },
);

test.each(named(routes.filter(({ offersHead }) => offersHead)))(
  '%s answers HEAD alike, without a body',
  async (_name, route) => {
    const headers = await right(route);
    const [get, head] = [
      await harness.call(target(route), { headers }),
      await harness.call(target(route, 'HEAD'), { headers }),
    ];
    expect(head.bytes).toHaveLength(0);
    expect([head.status, head.headers['content-type']]).toEqual([get.status, get.headers['content-type']]);
  },
);

const withBody = (...formats: string[]) =>
  named(routes.filter(({ contract: { request } }) => request?.body && formats.includes(request.body.format)));
const JSON_BODIES = withBody('json', 'json-or-multipart');
const MULTIPART_BODIES = withBody('multipart', 'json-or-multipart');
const ALL_BODIES = withBody('json', 'multipart', 'json-or-multipart');

const codeFor = async (
  route: DocumentedRoute,
  body: Buffer | string,
  type: string,
): Promise<string | undefined> => {
  const headers = { ...(await right(route)), 'content-type': type };
  return refusalOf(await harness.call(target(route), { headers, body: Buffer.from(body) }));
};
const expectUnsupported = async (route: DocumentedRoute, types: readonly string[]) => {
  for (const type of types) {
    expect([type, await codeFor(route, '{}', type)]).toEqual([type, 'unsupported_media_type']);
  }
};
const MULTIPART = 'multipart/form-data; boundary=x';

test.each(ALL_BODIES)('%s takes no other content type', async (_name, route) => {
  const foreign = [
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/xml',
    'image/png',
    'nonsense',
  ];
  await expectUnsupported(route, [
    ...foreign,
    'application/json; charset=latin1',
    'multipart/mixed; boundary=x',
  ]);
});
test.each(withBody('json'))('%s takes no multipart', (_name, route) => expectUnsupported(route, [MULTIPART]));
test.each(withBody('multipart'))('%s takes no JSON', (_name, route) =>
  expectUnsupported(route, ['application/json']),
);

test.each(ALL_BODIES.filter(([, { contract }]) => contract.request?.body?.optional !== true))(
  '%s needs a body',
  async (_name, route) => {
    const { status, json } = await harness.call(target(route), { headers: await right(route) });
    expect([status, json.code]).toEqual([400, 'malformed_request']);
  },
);

test.each(JSON_BODIES)('%s takes nothing but an object in good JSON', async (_name, route) => {
  const wrong = [
    '{',
    '{"a":1,}',
    "{'a':1}",
    '[]',
    '[{}]',
    '"text"',
    '1',
    'null',
    'true',
    '{"a":"\\ud800"}',
    '{} {}',
  ];
  for (const body of [...wrong, Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])]) {
    const code = await codeFor(route, body, 'application/json');
    expect([String(body), code]).toEqual([String(body), 'malformed_request']);
  }
});

test.each(MULTIPART_BODIES)('%s takes nothing but good multipart', async (_name, route) => {
  const part = '--x\r\ncontent-disposition: form-data; name="a"\r\n\r\n1';
  for (const body of [part, '', 'nothing of it', part.replaceAll('--x', '--y')]) {
    expect([body, await codeFor(route, body, MULTIPART)]).toEqual([body, 'malformed_request']);
  }
});

const missingOf = ({ contract }: DocumentedRoute): PropertyKey[] =>
  contract.request?.body?.schema.safeParse({}).error?.issues.flatMap(({ path: [field = []] }) => field) ?? [];

test.each(ALL_BODIES.filter(([, route]) => missingOf(route).length > 0))(
  '%s names all fields that are missing at once',
  async (_name, route) => {
    const isMultipart = route.contract.request?.body?.format === 'multipart';
    const body = isMultipart ? new FormData() : {};
    const { json } = await harness.call(target(route), { headers: await right(route), body });
    expect(json.code).toBe('validation_failed');
    const fields = json.details.map(({ field }: { field: string }) => field);
    expect(fields).toEqual(expect.arrayContaining(missingOf(route)));
  },
);

/** How many segments of a pattern are no parameters. */
const spelledOut = (pattern = ''): number =>
  pattern.split('/').filter((part) => !part.startsWith('{')).length;

describe.each([...new Set(routes.map(pathOf))])('%s', (path) => {
  const segments = path.split('/');
  /** The routes that take the path, the one that spells out most of it first. */
  const taking = routes
    .filter(({ path: pattern }) => {
      const parts = pattern.split('/');
      const isTail = parts.at(-1)?.endsWith('+}') === true && parts.length <= segments.length;
      const fits = (part: string, index: number) => part.startsWith('{') || part === segments[index];
      return (isTail || parts.length === segments.length) && parts.every(fits);
    })
    .sort((a, b) => spelledOut(b.path) - spelledOut(a.path));
  const answered = new Set(
    taking
      .filter(
        ({ contract, path: pattern }) =>
          !contract.literalsWin || spelledOut(pattern) === spelledOut(taking[0]?.path),
      )
      .flatMap(({ method, offersHead }) => (offersHead ? [method, 'HEAD'] : [method])),
  );

  test.each(VERBS.filter((verb) => !answered.has(verb)))('is no place for %s', async (verb) => {
    for (const headers of [{}, (await harness.signIn(3)).headers]) {
      const answer = await harness.call(`${verb} ${path}`, { headers });
      expect(answer.status).toBe(405);
      if (verb !== 'HEAD') expect(refusalOf(answer)).toBe('method_not_allowed');
      expect(answer.headers['allow']?.split(', ').sort()).toEqual([...answered, 'OPTIONS'].sort());
    }
  });

  test('tells a page of a listed origin what it may send, without a credential', async () => {
    const answer = await harness.call(`OPTIONS ${path}`, { headers: { origin: 'https://app.example' } });
    expect(answer.status).toBe(204);
    expect(answer.headers['allow']?.split(', ')).toEqual(expect.arrayContaining([...answered, 'OPTIONS']));
  });
});
