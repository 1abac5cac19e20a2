import { afterAll, beforeAll, expect, test } from 'vitest';
import { readAccessToken } from '#shared/auth/access-token.ts';
import { openPasswordHasher } from '#shared/auth/password-hasher.ts';
import { hashToken } from '../../links/opaque-token.ts';
import { type AuthHarness, openAuthHarness } from '../../testing/auth-harness.ts';
import { PASSWORD, TOKEN_MODE } from '../../testing/fixtures.ts';

let auth: AuthHarness;
beforeAll(async () => {
  auth = await openAuthHarness({ PASSWORD_BCRYPT_COST: '5' });
});
afterAll(() => auth.close());

const login = (name: unknown, password: unknown = PASSWORD, headers: Record<string, string> = {}) =>
  auth.call('login', { body: { login: name, password }, headers });

test('cookie mode sets two cookies and shows no token', async () => {
  const account = await auth.createAccount({ role: 2 });
  const answer = await login(account.email);
  expect(answer.status).toBe(200);
  expect(answer.json).toEqual({ message: 'login successful', user: { ...account, role: 2 } });
  expect(answer.cookies).toEqual([
    expect.stringMatching(/^access_token=[\w.-]+; Path=\/; Max-Age=900; HttpOnly; SameSite=Lax$/),
    expect.stringMatching(
      /^refresh_token=[\w-]{43}; Path=\/api\/v6\/auth; Max-Age=604800; HttpOnly; SameSite=Lax$/,
    ),
  ]);
});

test('token mode, in any letter case, shows the tokens and sets no cookie', async () => {
  const account = await auth.createAccount();
  const answer = await login(account.email, PASSWORD, { 'x-auth-mode': 'TOKEN' });
  expect(answer).toMatchObject({
    status: 200,
    cookies: [],
    json: { tokenType: 'Bearer', expiresIn: 900, refreshExpiresIn: 604_800 },
  });
  expect(answer.json.refreshToken).toMatch(/^[\w-]{43}$/);
  const claims = await readAccessToken(answer.json.accessToken, auth.config, new Date());
  expect(claims).toEqual({ userId: account.id, role: 1, sessionId: expect.any(Number) });
});

test('writes session, token hash, network and event', async () => {
  const account = await auth.createAccount();
  const { json } = await login(account.email, PASSWORD, { ...TOKEN_MODE, 'user-agent': 'x'.repeat(300) });
  const sessions = await auth.db
    .selectFrom('user_sessions')
    .selectAll()
    .where('user_id', '=', account.id)
    .execute();
  expect(sessions).toMatchObject([
    { user_agent: 'x'.repeat(255), network: '203.0.113.0/24', ended_at: null },
  ]);
  const [session] = sessions;
  expect(session?.absolute_expires_at.getTime()).toBe((session?.created_at.getTime() ?? 0) + 720 * 3_600_000);
  expect(session?.refresh_expires_at.getTime()).toBe((session?.created_at.getTime() ?? 0) + 168 * 3_600_000);
  const tokens = await auth.db
    .selectFrom('refresh_tokens')
    .selectAll()
    .where('session_id', '=', session?.id ?? 0)
    .execute();
  expect(tokens).toMatchObject([{ parent_id: null, rotated_at: null }]);
  expect(tokens[0]?.token_hash.equals(hashToken(json.refreshToken))).toBe(true);
  const networks = await auth.db
    .selectFrom('user_networks')
    .selectAll()
    .where('user_id', '=', account.id)
    .execute();
  expect(networks).toMatchObject([{ network: '203.0.113.0/24' }]);
  expect(await auth.eventKinds(account.id)).toEqual(['login_ok']);
});

test.each([
  ['the address', (a: { email: string }) => a.email],
  ['the address in capitals', (a: { email: string }) => ` ${a.email.toUpperCase()} `],
  ['the username', (a: { username: string }) => a.username],
  ['the username in full width', (a: { username: string }) => a.username.replace('p', 'Ｐ')],
])('%s signs in', async (_, name) => {
  expect((await login(name(await auth.createAccount()))).status).toBe(200);
});

test('a name with an at sign is an address only, one without is a username only', async () => {
  const account = await auth.createAccount();
  await auth.db
    .updateTable('users')
    .set({ username_key: 'odd@example.com' })
    .where('id', '=', account.id)
    .execute();
  expect((await login('odd@example.com')).status).toBe(401);
  expect((await login(account.email.split('@')[0])).status).toBe(401);
});

test('unknown account, wrong password and disabled account are one answer', async () => {
  const account = await auth.createAccount();
  const disabled = await auth.createAccount({ state: 'disabled' });
  await auth.db.deleteFrom('auth_events').execute();
  const answers = [
    await login('nobody@example.com'),
    await login('nobody'),
    await login(account.email, 'wrong'),
    await login(disabled.email),
    await login(disabled.email, 'wrong'),
  ];
  const { requestId: _, ...first } = answers[0]?.json ?? {};
  expect(first).toMatchObject({ code: 'invalid_credentials' });
  for (const answer of answers) {
    expect(answer.status).toBe(401);
    expect(answer.cookies).toEqual([]);
    expect(answer.json).toMatchObject(first);
    expect(answer.headers['ratelimit']).toBeUndefined();
  }
  expect(await auth.eventKinds(account.id)).toEqual(['login_failed']);
  expect(await auth.eventKinds(null)).toEqual(['login_failed', 'login_failed']);
});

test('the same refusals cost the same work, whatever the cost of the stored hash', async () => {
  const { passwords } = auth;
  const cheap = openPasswordHasher({ PASSWORD_BCRYPT_COST: 4, PASSWORD_HASH_WORKERS: 1 });
  const dear = openPasswordHasher({ PASSWORD_BCRYPT_COST: 11, PASSWORD_HASH_WORKERS: 1 });
  const [low, high] = await Promise.all([cheap.hash(PASSWORD), dear.hash(PASSWORD)]);
  const time = async (hash: string | undefined): Promise<number> => {
    const start = performance.now();
    await dear.check('wrong', hash);
    return performance.now() - start;
  };
  await time(undefined);
  const times = [await time(undefined), await time(low), await time(high)];
  // Without making up for it the cheap hash would be 128 times faster.
  expect(Math.max(...times) / Math.min(...times)).toBeLessThan(3);
  expect(passwords.isOutdated(low)).toBe(true);
  await Promise.all([cheap.close(), dear.close()]);
});

test('the right password of an unverified account is told so, a wrong one is not', async () => {
  const account = await auth.createAccount({ state: 'unverified' });
  expect(await login(account.email)).toMatchObject({ status: 403, json: { code: 'email_not_verified' } });
  expect(await login(account.email, 'wrong')).toMatchObject({ status: 401 });
  expect(
    await auth.db.selectFrom('user_sessions').select('id').where('user_id', '=', account.id).execute(),
  ).toEqual([]);
});

test('the right password renews a hash of another cost, in parallel too; others do not', async () => {
  const cheap = openPasswordHasher({ PASSWORD_BCRYPT_COST: 4, PASSWORD_HASH_WORKERS: 1 });
  const passwordHash = await cheap.hash(PASSWORD);
  await cheap.close();
  const stored = async (id: number) =>
    (await auth.db.selectFrom('users').select('password_hash').where('id', '=', id).executeTakeFirst())
      ?.password_hash;
  const account = await auth.createAccount({ passwordHash });
  await login(account.email, 'wrong');
  expect(await stored(account.id)).toBe(passwordHash);
  const answers = await Promise.all(Array.from({ length: 6 }, () => login(account.email)));
  expect(answers.map(({ status }) => status)).toEqual(Array(6).fill(200));
  expect(await stored(account.id)).toMatch(/^\$2b\$05\$/);
  expect((await login(account.email)).status).toBe(200);
  const disabled = await auth.createAccount({ passwordHash, state: 'disabled' });
  await login(disabled.email);
  expect(await stored(disabled.id)).toBe(passwordHash);
});

test.each([
  [{}, ['login', 'password']],
  [{ login: '', password: '' }, ['login', 'password']],
  [{ login: 'x'.repeat(101), password: 'x'.repeat(1_025) }, ['login', 'password']],
  [{ login: 1, password: 'x' }, ['login']],
  [{ login: 'x', password: ['x'] }, ['password']],
])('refuses bad fields (%#)', async (body, fields) => {
  const answer = await auth.call('login', { body });
  expect(answer).toMatchObject({ status: 400, json: { code: 'validation_failed' } });
  expect(answer.json.details.map(({ field }: { field: string }) => field)).toEqual(fields);
});

test('a password of 1,024 code points is looked at, and it is not trimmed', async () => {
  const account = await auth.createAccount();
  expect((await login(account.email, '𠮷'.repeat(1_024))).status).toBe(401);
  expect((await login(account.email, ` ${PASSWORD} `)).status).toBe(401);
});

test('refuses another mode', async () => {
  const answer = await login('someone', PASSWORD, { 'x-auth-mode': 'jwt' });
  expect(answer).toMatchObject({ status: 400, json: { details: [{ field: 'X-Auth-Mode' }] } });
});

test('success tells where the limits stand', async () => {
  const account = await auth.createAccount();
  const { headers } = await login(account.email);
  expect(headers['ratelimit-policy']).toContain('"login-account-network";q=10;w=900');
  expect(headers['ratelimit']).toContain('"login-account-network";r=10;t=900');
});
