import { Writable } from 'node:stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { signAccessToken } from '#shared/auth/access-token.ts';
import { useResources } from '#shared/host/resources.ts';
import { createLog } from '#shared/log/log.ts';
import { type AuthHarness, openAuthHarness } from '../../testing/auth-harness.ts';
import { PASSWORD, type TestAccount } from '../../testing/fixtures.ts';

let auth: AuthHarness;
beforeAll(async () => {
  auth = await openAuthHarness();
});
afterAll(() => auth.close());

const profile = async (account: TestAccount) => {
  const { accessToken } = await auth.logIn(account);
  return auth.call('getProfile', { headers: { authorization: `Bearer ${accessToken}` } });
};

test('shows the account', async () => {
  const account = await auth.createAccount({ role: 3 });
  const answer = await profile(account);
  expect(answer.status).toBe(200);
  expect(answer.json).toEqual({
    ...account,
    role: 3,
    active: true,
    createdAt: expect.stringMatching(/^\d{4}-.*\.\d{3}Z$/),
  });
});

test('shows a pending address until it expires', async () => {
  const account = await auth.createAccount();
  const { headers } = await auth.logIn(account);
  const body = { email: 'next@example.com', currentPassword: PASSWORD };
  const requestedAt = Date.now();
  const expiresAt = requestedAt + auth.config.VERIFICATION_TOKEN_EXPIRY;
  try {
    await auth.at(new Date(requestedAt));
    expect((await auth.call('updateProfile', { headers, body })).status).toBe(204);
    await auth.at(new Date(expiresAt - 1));
    expect((await profile(account)).json.pendingEmail).toBe('next@example.com');
    await auth.at(new Date(expiresAt));
    expect((await profile(account)).json).not.toHaveProperty('pendingEmail');
  } finally {
    await auth.at();
  }
});

test('reads the cookie of a browser', async () => {
  const { accessToken } = await auth.logIn(await auth.createAccount());
  expect((await auth.call('getProfile', { headers: { cookie: `access_token=${accessToken}` } })).status).toBe(
    200,
  );
});

test('refuses whoever is not signed in', async () => {
  expect(await auth.call('getProfile')).toMatchObject({ status: 401, json: { code: 'unauthenticated' } });
  const headers = { authorization: 'Bearer bad' };
  expect(await auth.call('getProfile', { headers })).toMatchObject({
    status: 401,
    json: { code: 'invalid_token' },
  });
});

test('refuses the token of an account that is gone or disabled', async () => {
  const gone = { userId: 4_000_000_000, role: 1, sessionId: 4_000_000_000 } as const;
  const { token } = await signAccessToken(gone, auth.config, new Date());
  const headers = { authorization: `Bearer ${token}` };
  expect(await auth.call('getProfile', { headers })).toMatchObject({
    status: 401,
    json: { code: 'invalid_token' },
  });
  const account = await auth.createAccount();
  const { accessToken } = await auth.logIn(account);
  await auth.db.updateTable('users').set({ disabled_at: new Date() }).where('id', '=', account.id).execute();
  const disabled = await auth.call('getProfile', { headers: { authorization: `Bearer ${accessToken}` } });
  expect(disabled).toMatchObject({ status: 401, json: { code: 'invalid_token' } });
});

test('no secret of a whole life of an account is in a log line or a row', async () => {
  const lines: string[] = [];
  const sink = new Writable({
    write: (chunk, _, done) => {
      lines.push(String(chunk));
      done();
    },
  });
  const unbind = useResources({ ...auth, log: createLog('trace', sink) });
  const body = { email: 'quiet@example.com', username: 'quiet-one', password: 'never in a log 123' };
  const registered = await auth.call('register', { body, headers: { 'idempotency-key': 'quiet' } });
  const { id } = registered.json;
  const link = await auth.createLink({ userId: id, purpose: 'verify', email: body.email });
  await auth.call('confirmEmail', { query: `validToken=${link}` });
  await auth.call('confirmEmail', { query: 'validToken=secret-of-a-stranger' });
  await auth.call('login', { body: { login: body.email, password: 'wrong-and-secret' } });
  await auth.call('login', { body: { login: 'typed-by-mistake', password: PASSWORD } });
  const tokens = (
    await auth.call('login', {
      body: { login: body.email, password: body.password },
      headers: { 'x-auth-mode': 'token' },
    })
  ).json;
  await auth.call('getProfile', { headers: { authorization: `Bearer ${tokens.accessToken}` } });
  await auth.call('logout', {
    headers: { cookie: `refresh_token=${tokens.refreshToken}`, 'sec-fetch-site': 'same-origin' },
  });
  unbind();
  const secrets = [
    body.password,
    link,
    'secret-of-a-stranger',
    'wrong-and-secret',
    'typed-by-mistake',
    PASSWORD,
    tokens.accessToken,
    tokens.refreshToken,
  ];
  const tables = [
    'users',
    'user_sessions',
    'refresh_tokens',
    'one_time_tokens',
    'auth_events',
    'idempotency_records',
    'immediate_tasks',
  ] as const;
  const rows = await Promise.all(tables.map((table) => auth.db.selectFrom(table).selectAll().execute()));
  const everything = [...lines, JSON.stringify(rows, (_, value) => value)].join('\n');
  expect(lines.length).toBeGreaterThan(7);
  for (const secret of secrets) expect(everything).not.toContain(secret);
  useResources(auth);
});
