import { afterAll, beforeAll, expect, test } from 'vitest';
import { signAccessToken } from '#shared/auth/access-token.ts';
import { type AuthHarness, openAuthHarness } from '../../testing/auth-harness.ts';
import { SAME_ORIGIN, TOKEN_MODE } from '../../testing/fixtures.ts';

let auth: AuthHarness;
beforeAll(async () => {
  auth = await openAuthHarness();
});
afterAll(() => auth.close());

const signIn = async () => {
  const account = await auth.createAccount();
  const tokens = await auth.logIn(account);
  const session = await auth.db
    .selectFrom('user_sessions')
    .select('id')
    .where('user_id', '=', account.id)
    .executeTakeFirstOrThrow();
  return { account, sessionId: session.id, ...tokens };
};
const endOf = async (sessionId: number) =>
  (
    await auth.db
      .selectFrom('user_sessions')
      .select('end_reason')
      .where('id', '=', sessionId)
      .executeTakeFirst()
  )?.end_reason;
const CLEARED = [
  expect.stringContaining('access_token=; Path=/; Max-Age=0'),
  expect.stringContaining('refresh_token=; Path=/api/v6/auth; Max-Age=0'),
];

test('by the refresh token of the body: ends the session, its tokens too, and is recorded once', async () => {
  const { account, sessionId, refreshToken, accessToken } = await signIn();
  for (let times = 0; times < 2; times++) {
    const answer = await auth.call('logout', { body: { refreshToken }, headers: TOKEN_MODE });
    expect(answer).toMatchObject({ status: 204, text: '', cookies: [] });
  }
  expect(await endOf(sessionId)).toBe('logout');
  const refreshed = await auth.call('refresh', { body: { refreshToken }, headers: TOKEN_MODE });
  expect(refreshed).toMatchObject({ status: 401, json: { code: 'invalid_token' } });
  const profile = await auth.call('getProfile', { headers: { authorization: `Bearer ${accessToken}` } });
  expect(profile).toMatchObject({ status: 401, json: { code: 'invalid_token' } });
  expect(await auth.eventKinds(account.id)).toEqual(['login_ok', 'logout']);
});

test('other sessions of the account live on', async () => {
  const { account, refreshToken } = await signIn();
  const other = await auth.logIn(account);
  await auth.call('logout', { body: { refresh_token: refreshToken } });
  const headers = { authorization: `Bearer ${other.accessToken}` };
  expect((await auth.call('getProfile', { headers })).status).toBe(200);
});

test('in cookie mode by the cookie, and both are cleared', async () => {
  const { sessionId, refreshToken } = await signIn();
  const answer = await auth.call('logout', {
    headers: { cookie: `refresh_token=${refreshToken}`, ...SAME_ORIGIN },
  });
  expect(answer).toMatchObject({ status: 204, cookies: CLEARED });
  expect(await endOf(sessionId)).toBe('logout');
});

test.each(['header', 'cookie'])('by the access token in the %s, an expired one too', async (place) => {
  const { account, sessionId } = await signIn();
  const longAgo = new Date(Date.now() - 86_400_000);
  const { token } = await signAccessToken({ userId: account.id, role: 1, sessionId }, auth.config, longAgo);
  const headers =
    place === 'header'
      ? { authorization: `Bearer ${token}` }
      : { cookie: `access_token=${token}`, ...SAME_ORIGIN };
  expect(await auth.call('logout', { headers })).toMatchObject({ status: 204, cookies: CLEARED });
  expect(await endOf(sessionId)).toBe('logout');
});

test('the first token that names a session decides', async () => {
  const [one, two, three] = [await signIn(), await signIn(), await signIn()];
  const headers = {
    cookie: `refresh_token=${two.refreshToken}`,
    authorization: `Bearer ${three.accessToken}`,
    ...SAME_ORIGIN,
  };
  await auth.call('logout', { body: { refreshToken: 'names none' }, headers });
  expect(await endOf(two.sessionId)).toBe('logout');
  await auth.call('logout', { body: { refreshToken: one.refreshToken }, headers });
  expect(await endOf(one.sessionId)).toBe('logout');
  expect(await endOf(three.sessionId)).toBeNull();
  await auth.call('logout', { headers: { ...headers, cookie: 'refresh_token=gone' } });
  expect(await endOf(three.sessionId)).toBe('logout');
});

test('a bad bearer token does not fall back to the cookie', async () => {
  const { sessionId, accessToken } = await signIn();
  const headers = { authorization: 'Bearer bad', cookie: `access_token=${accessToken}`, ...SAME_ORIGIN };
  expect(await auth.call('logout', { headers })).toMatchObject({
    status: 401,
    json: { code: 'invalid_token' },
  });
  expect(await endOf(sessionId)).toBeNull();
});

test('token mode neither reads nor clears cookies', async () => {
  const { sessionId, refreshToken, accessToken } = await signIn();
  const cookie = `refresh_token=${refreshToken}; access_token=${accessToken}`;
  const answer = await auth.call('logout', { headers: { cookie, ...TOKEN_MODE, ...SAME_ORIGIN } });
  expect(answer).toMatchObject({ status: 401, json: { code: 'unauthenticated' }, cookies: [] });
  expect(await endOf(sessionId)).toBeNull();
  const bad = await auth.call('logout', { body: { refreshToken: 'bad' }, headers: TOKEN_MODE });
  expect(bad).toMatchObject({ status: 401, json: { code: 'invalid_token' }, cookies: [] });
});

test('without a token, and with none that names a session, cookies are cleared', async () => {
  expect(await auth.call('logout')).toMatchObject({
    status: 401,
    json: { code: 'unauthenticated' },
    cookies: CLEARED,
  });
  expect(await auth.call('logout', { body: { refreshToken: 'bad' } })).toMatchObject({
    status: 401,
    json: { code: 'invalid_token' },
    cookies: CLEARED,
  });
});

test.each(['refresh_token', 'access_token'])(
  'a foreign page cannot log out by the cookie %s',
  async (name) => {
    const { sessionId, refreshToken, accessToken } = await signIn();
    const cookie = `${name}=${name === 'refresh_token' ? refreshToken : accessToken}`;
    const answer = await auth.call('logout', { headers: { cookie } });
    expect(answer).toMatchObject({ status: 403, json: { code: 'csrf_rejected' } });
    expect(await endOf(sessionId)).toBeNull();
  },
);
