import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AuthHarness, openAuthHarness } from '../../testing/auth-harness.ts';
import { type AccountOptions, PASSWORD, type TestAccount } from '../../testing/fixtures.ts';

let auth: AuthHarness;
beforeAll(async () => {
  auth = await openAuthHarness();
});
afterAll(() => auth.close());

const NEW_PASSWORD = 'battery staple horse';

const reset = (token: unknown, password: unknown = NEW_PASSWORD) =>
  auth.call('resetPassword', { body: { token, password } });
const link = ({ id: userId, email }: TestAccount, given: { email?: string; expiresAt?: Date } = {}) =>
  auth.createLink({ userId, purpose: 'reset', email, ...given });
const signIn = ({ email }: TestAccount, password: string) =>
  auth.call('login', { body: { login: email, password }, address: '192.0.2.1' });
const profile = (accessToken: string) =>
  auth.call('getProfile', { headers: { authorization: `Bearer ${accessToken}` } });

test('sets the password, ends all sessions, spends the other links and issues no tokens', async () => {
  const account = await auth.createAccount();
  const sessions = [await auth.logIn(account), await auth.logIn(account, '198.51.100.9')];
  const [first, second] = [await link(account), await link(account)];
  const answer = await reset(second);
  expect(answer).toMatchObject({ status: 204, text: '', cookies: [] });
  for (const { accessToken, refreshToken } of sessions) {
    expect(await profile(accessToken)).toMatchObject({ status: 401, json: { code: 'invalid_token' } });
    const refreshed = await auth.call('refresh', { body: { refreshToken } });
    expect(refreshed).toMatchObject({ status: 401, json: { code: 'invalid_token' } });
  }
  expect(await reset(first, 'another good one')).toMatchObject({ status: 410, json: { code: 'gone' } });
  expect(await reset(second)).toMatchObject({ status: 410, json: { code: 'gone' } });
  expect((await signIn(account, PASSWORD)).status).toBe(401);
  expect((await signIn(account, NEW_PASSWORD)).status).toBe(200);
  const rows = await auth.db
    .selectFrom('user_sessions')
    .select('end_reason')
    .where('user_id', '=', account.id)
    .orderBy('id')
    .execute();
  expect(rows.map((row) => row.end_reason)).toEqual(['password_reset', 'password_reset', null]);
  expect(await auth.eventKinds(account.id)).toContain('password_reset');
});

test('makes an unverified account active', async () => {
  const account = await auth.createAccount({ state: 'unverified' });
  expect((await reset(await link(account))).status).toBe(204);
  expect((await signIn(account, NEW_PASSWORD)).status).toBe(200);
  const events = await auth.eventKinds(account.id);
  expect(events).toEqual(['email_verified', 'password_reset', 'login_ok']);
});

test('an unknown token is an issue of its field; so is one of another kind', async () => {
  const { id, email } = await auth.createAccount();
  const verify = await auth.createLink({ userId: id, purpose: 'verify', email });
  for (const token of ['nonsense', 'x'.repeat(43), verify]) {
    expect(await reset(token)).toMatchObject({
      status: 400,
      json: { code: 'validation_failed', details: [{ field: 'token', code: 'unknown_token' }] },
    });
  }
});

test.each<[string, NonNullable<AccountOptions['state']>, (account: TestAccount) => Promise<string>]>([
  ['expired', 'active', (account) => link(account, { expiresAt: new Date(Date.now() - 1) })],
  ['disabled', 'disabled', (account) => link(account)],
  ['of an earlier address', 'active', (account) => link(account, { email: 'earlier@example.com' })],
])('%s is 410 and changes nothing', async (_case, state, prepare) => {
  const account = await auth.createAccount({ state });
  const token = await prepare(account);
  // Even with a password that R3 refuses: the token comes first.
  expect(await reset(token, `${account.username} secret`)).toMatchObject({ status: 410 });
  expect(await auth.eventKinds(account.id)).toEqual([]);
});

test('a password that is refused leaves the token usable', async () => {
  const account = await auth.createAccount();
  const token = await link(account);
  for (const [password, code] of [
    [`${account.username.toUpperCase()} secret`, 'contains_identity'],
    ['Password123', 'too_common'],
    ['short', 'too_short'],
    ['x'.repeat(129), 'too_long'],
  ]) {
    expect(await reset(token, password)).toMatchObject({
      status: 400,
      json: { code: 'validation_failed', details: [{ field: 'password', code }] },
    });
  }
  expect((await reset(token)).status).toBe(204);
});

test('all failing fields are reported at once', async () => {
  const answer = await auth.call('resetPassword', { body: { token: '' } });
  expect(answer.status).toBe(400);
  expect(answer.json.details.map(({ field }: { field: string }) => field)).toEqual(['token', 'password']);
});

test('the password is taken as it is typed, blanks and all, in NFC', async () => {
  const account = await auth.createAccount();
  expect((await reset(await link(account), '  e\u0301te\u0301 2026 ')).status).toBe(204);
  expect((await signIn(account, '  \u00e9t\u00e9 2026 ')).status).toBe(200);
  expect((await signIn(account, '\u00e9t\u00e9 2026')).status).toBe(401);
});

test('of parallel uses of one token, and of two of one user, exactly one succeeds', async () => {
  const account = await auth.createAccount();
  const [one, other] = [await link(account), await link(account)];
  const answers = await Promise.all([one, one, other, one, other].map((token) => reset(token)));
  expect(answers.map(({ status }) => status).sort()).toEqual([204, 410, 410, 410, 410]);
});

test('a login that races with the reset leaves no live session with the old password', async () => {
  const account = await auth.createAccount();
  const token = await link(account);
  const [, ...logins] = await Promise.all([
    reset(token),
    ...Array.from({ length: 6 }, () =>
      auth.call('login', {
        body: { login: account.email, password: PASSWORD },
        headers: { 'x-auth-mode': 'token' },
      }),
    ),
  ]);
  for (const { status, json } of logins) {
    if (status === 200) expect((await profile(json.accessToken)).status).toBe(401);
    else expect(status).toBe(401);
  }
});
