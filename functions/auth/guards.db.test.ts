import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bearer } from './testing/admin-test.ts';
import { type AuthHarness, openAuthHarness } from './testing/auth-harness.ts';
import { ENDPOINTS } from './testing/endpoints.ts';

let auth: AuthHarness;
let tokens: Record<1 | 2, { accessToken: string }>;
beforeAll(async () => {
  auth = await openAuthHarness();
  tokens = {
    1: await auth.logIn(await auth.createAccount({ role: 1 })),
    2: await auth.logIn(await auth.createAccount({ role: 2 })),
  };
});
afterAll(() => auth.close());

type Endpoint = keyof typeof ENDPOINTS;
const names = Object.keys(ENDPOINTS) as Endpoint[];
const guardedFor = (guard: string): Endpoint[] =>
  names.filter((name) => ENDPOINTS[name][0].contract.guard === guard);
// Before anything else is looked at, so a path that names nothing and no body will do.
const call = (endpoint: Endpoint, headers: Record<string, string> = {}) =>
  auth.call(endpoint, { pathParameters: { id: 'none' }, headers });

test('there are endpoints of both kinds', () => {
  expect(guardedFor('user').length).toBeGreaterThan(8);
  expect(guardedFor('admin').length).toBeGreaterThan(6);
});

describe.each([...guardedFor('user'), ...guardedFor('admin')])('%s', (endpoint) => {
  test('needs a token that is good', async () => {
    expect(await call(endpoint)).toMatchObject({ status: 401, json: { code: 'unauthenticated' } });
    expect(await call(endpoint, { authorization: 'Bearer bad' })).toMatchObject({
      status: 401,
      json: { code: 'invalid_token' },
    });
    expect(await call(endpoint, { 'x-api-key': auth.config.API_KEY })).toMatchObject({ status: 401 });
  });

  test('asks a browser for its own origin where it changes something', async () => {
    if (ENDPOINTS[endpoint][1] === 'GET') return;
    const cookie = `access_token=${tokens[1].accessToken}`;
    expect(await call(endpoint, { cookie, origin: 'https://elsewhere.example' })).toMatchObject({
      status: 403,
      json: { code: 'csrf_rejected' },
    });
  });
});

describe.each(guardedFor('admin'))('%s', (endpoint) => {
  test.each([1, 2] as const)('refuses role %i', async (role) => {
    expect(await call(endpoint, bearer(tokens[role]))).toMatchObject({
      status: 403,
      json: { code: 'forbidden' },
    });
  });
});
