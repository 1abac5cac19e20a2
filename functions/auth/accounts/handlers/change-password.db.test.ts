import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AuthHarness, openAuthHarness } from '../../testing/auth-harness.ts';
import { PASSWORD, SAME_ORIGIN } from '../../testing/fixtures.ts';

let auth: AuthHarness;
beforeAll(async () => {
  auth = await openAuthHarness({ AUTH_LIMIT_LOGIN_ACCOUNT_NETWORK: '4/15m' });
});
afterAll(() => auth.close());

const NEW_PASSWORD = 'battery staple horse';

const change = (accessToken: string, body: unknown) =>
  auth.call('changePassword', { body, headers: { authorization: `Bearer ${accessToken}` } });
const statusOfProfile = async (accessToken: string) =>
  (await auth.call('getProfile', { headers: { authorization: `Bearer ${accessToken}` } })).status;

test('sets the password, spends reset links and ends all sessions but the calling one', async () => {
  const account = await auth.createAccount();
  const [other, calling, third] = [
    await auth.logIn(account),
    await auth.logIn(account),
    await auth.logIn(account),
  ];
  const token = await auth.createLink({ userId: account.id, purpose: 'reset', email: account.email });
  const answer = await change(calling.accessToken, { currentPassword: PASSWORD, password: NEW_PASSWORD });
  expect(answer).toMatchObject({ status: 204, text: '' });
  expect(await statusOfProfile(calling.accessToken)).toBe(200);
  for (const { accessToken, refreshToken } of [other, third]) {
    expect(await statusOfProfile(accessToken)).toBe(401);
    expect((await auth.call('refresh', { body: { refreshToken } })).status).toBe(401);
  }
  const kept = await auth.call('refresh', { body: { refreshToken: calling.refreshToken } });
  expect(kept.status).toBe(200);
  const reset = await auth.call('resetPassword', { body: { token, password: 'a third one, new' } });
  expect(reset.status).toBe(410);
  const login = (password: string) => auth.call('login', { body: { login: account.email, password } });
  expect((await login(NEW_PASSWORD)).status).toBe(200);
  expect((await login(PASSWORD)).status).toBe(401);
  expect(await auth.eventKinds(account.id)).toContain('password_changed');
});

test('a wrong one is 401, counts as a failed login, and the limit stands before the password', async () => {
  const account = await auth.createAccount();
  const { accessToken } = await auth.logIn(account);
  const wrong = { currentPassword: 'wrong', password: NEW_PASSWORD };
  for (let index = 0; index < 2; index++) {
    expect(await change(accessToken, wrong)).toMatchObject({
      status: 401,
      json: { code: 'invalid_credentials' },
      cookies: [],
    });
  }
  // A right one clears nothing; one that R3 refuses neither counts nor changes anything.
  const named = { currentPassword: PASSWORD, password: `${account.username} and more` };
  expect(await change(accessToken, named)).toMatchObject({
    status: 400,
    json: { details: [{ field: 'password', code: 'contains_identity' }] },
  });
  for (let index = 0; index < 2; index++) expect((await change(accessToken, wrong)).status).toBe(401);
  const right = { currentPassword: PASSWORD, password: NEW_PASSWORD };
  const refused = await change(accessToken, right);
  expect(refused).toMatchObject({ status: 429, json: { code: 'rate_limited' } });
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(800);
  const login = await auth.call('login', { body: { login: account.email, password: PASSWORD } });
  expect(login.status).toBe(429);
  const kinds = await auth.eventKinds(account.id);
  expect(kinds.filter((kind) => kind === 'login_failed')).toHaveLength(4);
  expect(kinds.filter((kind) => kind === 'login_blocked')).toHaveLength(1);
});

test('the schema stands before everything', async () => {
  const { accessToken } = await auth.logIn(await auth.createAccount());
  const answer = await change(accessToken, { password: 'short' });
  expect(answer.json.details).toMatchObject([
    { field: 'currentPassword', code: 'required' },
    { field: 'password', code: 'too_short' },
  ]);
});

test('guard: no token, a bad one, a foreign page, an account that is gone or disabled', async () => {
  const body = { currentPassword: PASSWORD, password: NEW_PASSWORD };
  const nobody = await auth.call('changePassword', { body });
  expect(nobody).toMatchObject({ status: 401, json: { code: 'unauthenticated' } });
  expect(await change('nonsense', body)).toMatchObject({ status: 401, json: { code: 'invalid_token' } });
  const account = await auth.createAccount();
  const { accessToken } = await auth.logIn(account);
  const cookie = { cookie: `access_token=${accessToken}` };
  const foreign = await auth.call('changePassword', { body, headers: cookie });
  expect(foreign).toMatchObject({ status: 403, json: { code: 'csrf_rejected' } });
  await auth.db.updateTable('users').set({ disabled_at: new Date() }).where('id', '=', account.id).execute();
  const disabled = await auth.call('changePassword', { body, headers: { ...cookie, ...SAME_ORIGIN } });
  expect(disabled).toMatchObject({ status: 401, json: { code: 'invalid_token' } });
});

test('of parallel changes with the same password one wins, and the others find it wrong', async () => {
  const account = await auth.createAccount();
  const { accessToken } = await auth.logIn(account);
  const answers = await Promise.all(
    [1, 2, 3].map((index) =>
      change(accessToken, { currentPassword: PASSWORD, password: `new password no. ${index}` }),
    ),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([204, 401, 401]);
});
