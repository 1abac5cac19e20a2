import { setTimeout } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { readAccessToken } from '#shared/auth/access-token.ts';
import { asOtherParty } from '#shared/testing/other-party.ts';
import { type AuthHarness, openAuthHarness } from '../../testing/auth-harness.ts';
import { SAME_ORIGIN, type TestAccount, TOKEN_MODE } from '../../testing/fixtures.ts';

let auth: AuthHarness;
beforeAll(async () => {
  auth = await openAuthHarness();
});
afterAll(() => auth.close());

const refresh = (refreshToken: string, headers: Record<string, string> = {}) =>
  auth.call('refresh', { body: { refreshToken }, headers: { ...TOKEN_MODE, ...headers } });
const signIn = async () => {
  const account = await auth.createAccount();
  return { account, ...(await auth.logIn(account)) };
};
const sessionOf = (account: TestAccount) =>
  auth.db.selectFrom('user_sessions').selectAll().where('user_id', '=', account.id).executeTakeFirstOrThrow();
/** Lets time pass for everybody. */
const wait = (seconds: number) => auth.at(new Date(Date.now() + seconds * 1_000));
afterEach(() => auth.at());

test('a fresh token is exchanged for new ones of the same session', async () => {
  const { account, refreshToken, accessToken } = await signIn();
  await auth.db.updateTable('users').set({ role: 2 }).where('id', '=', account.id).execute();
  const answer = await auth.call('refresh', {
    body: { refreshToken },
    headers: { ...TOKEN_MODE, 'user-agent': 'Later/1.0' },
    address: '2001:db8:1:2::7',
  });
  expect(answer).toMatchObject({
    status: 200,
    cookies: [],
    json: { message: expect.any(String), tokenType: 'Bearer', expiresIn: 900, refreshExpiresIn: 604_800 },
  });
  const [before, after] = await Promise.all(
    [accessToken, answer.json.accessToken].map((token) => readAccessToken(token, auth.config, new Date())),
  );
  expect(after).toEqual({ ...before, role: 2 });
  expect(await sessionOf(account)).toMatchObject({
    user_agent: 'Later/1.0',
    network: '2001:db8:1:2::/64',
    ended_at: null,
  });
  const networks = await auth.db
    .selectFrom('user_networks')
    .select('network')
    .where('user_id', '=', account.id)
    .execute();
  expect(networks).toEqual([{ network: '203.0.113.0/24' }]);
  expect((await refresh(answer.json.refreshToken)).status).toBe(200);
});

test('never lives past the absolute end of the session', async () => {
  const { account, ...tokens } = await signIn();
  const { absolute_expires_at: absoluteEnd } = await sessionOf(account);
  const lastRefresh = absoluteEnd.getTime() - 100_000;
  let { refreshToken } = tokens;
  for (let at = Date.now(); at < lastRefresh; at += auth.config.JWT_REFRESH_TOKEN_EXPIRY - 1_000) {
    await auth.at(new Date(at));
    refreshToken = (await refresh(refreshToken)).json.refreshToken;
  }
  await auth.at(new Date(lastRefresh));
  const { json } = await refresh(refreshToken);
  expect(json.refreshExpiresIn).toBeGreaterThan(90);
  expect(json.refreshExpiresIn).toBeLessThanOrEqual(100);
  expect((await sessionOf(account)).refresh_expires_at).toEqual(absoluteEnd);
});

test('a rotated token works within the grace, and its children all work', async () => {
  const { refreshToken } = await signIn();
  const children = [await refresh(refreshToken), await refresh(refreshToken)].map(
    ({ json }) => json.refreshToken,
  );
  await wait(5);
  children.push((await refresh(refreshToken)).json.refreshToken);
  expect(new Set(children).size).toBe(3);
  for (const child of children) expect((await refresh(child)).status).toBe(200);
});

test('a replay after the grace ends the session and all its tokens', async () => {
  const { account, refreshToken } = await signIn();
  const { json: child } = await refresh(refreshToken);
  await wait(11);
  expect(await refresh(refreshToken)).toMatchObject({
    status: 401,
    json: { code: 'invalid_token' },
    cookies: [],
  });
  expect(await refresh(child.refreshToken)).toMatchObject({ status: 401 });
  const headers = { authorization: `Bearer ${child.accessToken}` };
  expect(await auth.call('getProfile', { headers })).toMatchObject({
    status: 401,
    json: { code: 'invalid_token' },
  });
  expect(await sessionOf(account)).toMatchObject({ end_reason: 'replay' });
  expect(await auth.eventKinds(account.id)).toEqual(['login_ok', 'refresh_replay']);
});

test('an expired token is refused and ends nothing', async () => {
  const { account, refreshToken } = await signIn();
  await wait(7 * 86_400);
  expect(await refresh(refreshToken)).toMatchObject({ status: 401, json: { code: 'invalid_token' } });
  expect(await sessionOf(account)).toMatchObject({ ended_at: null });
});

test.each([
  ['of a disabled account', { disabled_at: new Date() }],
  ['of an account that is unverified', { email_verified_at: null }],
])('a token %s is refused', async (_, change) => {
  const { account, refreshToken } = await signIn();
  await auth.db.updateTable('users').set(change).where('id', '=', account.id).execute();
  expect(await refresh(refreshToken)).toMatchObject({ status: 401, json: { code: 'invalid_token' } });
});

test('unknown tokens, access tokens and links are refused', async () => {
  const { account, accessToken } = await signIn();
  const link = await auth.createLink({ userId: account.id, purpose: 'verify', email: account.email });
  for (const token of ['x', 'A'.repeat(43), accessToken, link]) {
    expect(await refresh(token)).toMatchObject({ status: 401, json: { code: 'invalid_token' } });
  }
});

test('20 parallel refreshes stay one session, and what they got works', async () => {
  const { account, refreshToken } = await signIn();
  const answers = await Promise.all(Array.from({ length: 20 }, () => refresh(refreshToken)));
  expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
  const again = await Promise.all(answers.map(({ json }) => refresh(json.refreshToken)));
  expect(again.map(({ status }) => status)).toEqual(Array(20).fill(200));
  const sessions = await auth.db
    .selectFrom('user_sessions')
    .select('id')
    .where('user_id', '=', account.id)
    .execute();
  expect(sessions).toHaveLength(1);
});

test('refreshes that race with a logout leave no live session', async () => {
  const { account, refreshToken } = await signIn();
  const race = Array.from({ length: 10 }, (_, index) =>
    index === 5
      ? auth.call('logout', { body: { refreshToken }, headers: TOKEN_MODE })
      : refresh(refreshToken),
  );
  const answers = await Promise.all(race);
  expect(answers[5]?.status).toBe(204);
  expect((await sessionOf(account)).ended_at).not.toBeNull();
  for (const { json } of answers.filter(({ status }) => status === 200)) {
    expect((await refresh(json.refreshToken)).status).toBe(401);
    const headers = { authorization: `Bearer ${json.accessToken}` };
    expect((await auth.call('getProfile', { headers })).status).toBe(401);
  }
});

test('a refresh that meets a revocation under way waits for it and is refused', async () => {
  const { account, refreshToken } = await signIn();
  let answered = false;
  const refreshed = await asOtherParty(auth.db, async (revocation) => {
    const change = { ended_at: new Date(), end_reason: 'logout' };
    await revocation.updateTable('user_sessions').set(change).where('user_id', '=', account.id).execute();
    const waiting = refresh(refreshToken).finally(() => {
      answered = true;
    });
    await setTimeout(100);
    expect(answered).toBe(false);
    // Wrapped, so that the transaction commits before the answer is awaited.
    return { waiting };
  });
  expect(await refreshed.waiting).toMatchObject({ status: 401, json: { code: 'invalid_token' } });
});

const asCookie = (token: string) => ({ cookie: `refresh_token=${token}`, ...SAME_ORIGIN });

test('cookie mode takes the cookie and sets both', async () => {
  const { refreshToken } = await signIn();
  const answer = await auth.call('refresh', { headers: asCookie(refreshToken) });
  expect(answer.status).toBe(200);
  expect(Object.keys(answer.json)).toEqual(['message']);
  expect(answer.cookies.map((cookie) => cookie.split('=')[0])).toEqual(['access_token', 'refresh_token']);
});

test('the body wins over the cookie, and does not fall back to it', async () => {
  const { refreshToken } = await signIn();
  const answer = await auth.call('refresh', {
    body: { refresh_token: 'bad' },
    headers: asCookie(refreshToken),
  });
  expect(answer).toMatchObject({ status: 401, json: { code: 'invalid_token' }, cookies: [] });
  const empty = await auth.call('refresh', {
    body: { refreshToken: '', refresh_token: ' ' },
    headers: asCookie(refreshToken),
  });
  expect(empty.status).toBe(200);
  const { refreshToken: other } = await signIn();
  const both = await auth.call('refresh', { body: { refreshToken: other, refresh_token: 'bad' } });
  expect(both.status).toBe(200);
});

test('a cookie that does not hold is cleared', async () => {
  const answer = await auth.call('refresh', { headers: asCookie('gone') });
  expect(answer).toMatchObject({ status: 401, json: { code: 'invalid_token' } });
  expect(answer.cookies).toEqual([
    'access_token=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax',
    'refresh_token=; Path=/api/v6/auth; Max-Age=0; HttpOnly; SameSite=Lax',
  ]);
});

test('a cookie from a foreign page is refused and stays fresh', async () => {
  const { refreshToken } = await signIn();
  const cookie = `refresh_token=${refreshToken}`;
  for (const headers of [{ cookie }, { cookie, 'sec-fetch-site': 'cross-site' }]) {
    const answer = await auth.call('refresh', { headers });
    expect(answer).toMatchObject({ status: 403, json: { code: 'csrf_rejected' }, cookies: [] });
  }
  const origin = new URL(auth.config.PUBLIC_BASE_URL).origin;
  expect((await auth.call('refresh', { headers: { cookie, origin } })).status).toBe(200);
});

test('without a token: 401, in token mode whatever the cookies', async () => {
  const { refreshToken } = await signIn();
  expect(await auth.call('refresh')).toMatchObject({
    status: 401,
    json: { code: 'unauthenticated' },
    cookies: [],
  });
  const headers = { ...TOKEN_MODE, ...asCookie(refreshToken) };
  expect(await auth.call('refresh', { headers })).toMatchObject({
    status: 401,
    json: { code: 'unauthenticated' },
  });
  expect(await auth.call('refresh', { body: { refreshToken: 5 } })).toMatchObject({ status: 400 });
});
