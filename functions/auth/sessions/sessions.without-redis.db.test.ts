import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AuthHarness, openAuthHarness } from '../testing/auth-harness.ts';
import { PASSWORD, TOKEN_MODE } from '../testing/fixtures.ts';
import { redisAway } from '../testing/redis-away.ts';

let auth: AuthHarness;
beforeAll(async () => {
  auth = await openAuthHarness(await redisAway());
});
afterAll(() => auth.close());

test('the whole life of a session works while Redis is unavailable', async () => {
  const body = { email: 'hanako@example.com', username: 'hanako', password: 'correct horse battery' };
  const registered = await auth.call('register', { body });
  expect(registered.status).toBe(201);
  const link = { userId: registered.json.id, purpose: 'verify' as const, email: body.email };
  const verified = await auth.call('verifyEmail', {
    body: { token: await auth.createLink(link) },
    headers: TOKEN_MODE,
  });
  expect(verified.status).toBe(200);
  const login = await auth.call('login', {
    body: { login: 'hanako', password: body.password },
    headers: TOKEN_MODE,
  });
  expect(login.status).toBe(200);
  const { refreshToken } = login.json;
  const refreshed = await auth.call('refresh', { body: { refreshToken }, headers: TOKEN_MODE });
  expect(refreshed.status).toBe(200);
  const headers = { authorization: `Bearer ${refreshed.json.accessToken}` };
  expect((await auth.call('getProfile', { headers })).status).toBe(200);
  expect((await auth.call('logout', { headers: { ...headers, ...TOKEN_MODE } })).status).toBe(204);
  expect((await auth.call('refresh', { body: { refreshToken } })).status).toBe(401);
  // The token alone is trusted now, as nobody can ask for the mark (auth.md R14).
  expect((await auth.call('getProfile', { headers })).status).toBe(200);
});

test('wrong passwords are still limited', async () => {
  const account = await auth.createAccount();
  const wrong = () => auth.call('login', { body: { login: account.email, password: 'wrong' } });
  const answers = await Promise.all(Array.from({ length: 15 }, wrong));
  expect(answers.filter(({ status }) => status === 401)).toHaveLength(10);
  expect(answers.filter(({ status }) => status === 429)).toHaveLength(5);
  const right = await auth.call('login', { body: { login: account.email, password: PASSWORD } });
  expect(right).toMatchObject({ status: 429, json: { code: 'rate_limited' } });
  expect(Number(right.headers['retry-after'])).toBeGreaterThan(800);
});
