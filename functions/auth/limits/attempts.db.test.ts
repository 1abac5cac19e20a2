import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AuthHarness, openAuthHarness } from '../testing/auth-harness.ts';
import { PASSWORD, type TestAccount, TOKEN_MODE } from '../testing/fixtures.ts';
import { redisAway } from '../testing/redis-away.ts';

const LIMITS = {
  AUTH_LIMIT_LOGIN_ACCOUNT_NETWORK: '3/15m',
  AUTH_LIMIT_LOGIN_ACCOUNT: '6/24h',
  AUTH_LIMIT_LOGIN_NETWORK: '12/15m',
  AUTH_LIMIT_MAIL_ADDRESS: '2/1h',
  AUTH_LIMIT_MAIL_NETWORK: '4/1h',
  AUTH_LIMIT_EMAIL_CHANGE: '2/1h',
};
const NEW_PASSWORD = 'battery staple horse';

let networks = 0;
/** An address in a network that no other test knows. */
const newPlace = (): string => `10.${Math.floor(networks / 250)}.${networks++ % 250}.7`;

describe.each(['with Redis', 'without Redis'])('%s', (redis) => {
  let auth: AuthHarness;
  beforeAll(async () => {
    const away = redis === 'without Redis' ? await redisAway() : {};
    auth = await openAuthHarness({ ...LIMITS, ...away });
  });
  afterAll(() => auth.close());

  const logIn = (login: string, address: string, password = 'wrong') =>
    auth.call('login', { body: { login, password }, headers: TOKEN_MODE, address });
  const statuses = async (count: number, call: () => Promise<{ status: number }>): Promise<number[]> => {
    const answers: number[] = [];
    for (let index = 0; index < count; index++) answers.push((await call()).status);
    return answers;
  };
  const kinds = async ({ id }: TestAccount, wanted: string) =>
    (await auth.eventKinds(id)).filter((kind) => kind === wanted).length;
  const changePassword = (accessToken: string, currentPassword: string, address: string) =>
    auth.call('changePassword', {
      body: { currentPassword, password: NEW_PASSWORD },
      headers: { authorization: `Bearer ${accessToken}` },
      address,
    });

  test('a known network still gets in while others attack the account', async () => {
    const account = await auth.createAccount();
    const home = newPlace();
    await auth.logIn(account, home);
    const places = Array.from({ length: 8 }, newPlace);
    const attack = places.flatMap((place) => [1, 2, 3].map(() => logIn(account.email, place)));
    const [owner, ...attempts] = await Promise.all([logIn(account.email, home, PASSWORD), ...attack]);
    expect(owner?.status).toBe(200);
    expect(attempts.filter(({ status }) => status === 401)).toHaveLength(6);
    expect(attempts.filter(({ status }) => status === 429)).toHaveLength(18);
    expect((await logIn(account.email, newPlace(), PASSWORD)).status).toBe(429);
    expect((await logIn(account.email, home, PASSWORD)).status).toBe(200);
  });

  test('failures from a known network are not counted for the account', async () => {
    const account = await auth.createAccount();
    const [one, two] = [newPlace(), newPlace()];
    await auth.logIn(account, one);
    await auth.logIn(account, two);
    expect(await statuses(3, () => logIn(account.email, one))).toEqual([401, 401, 401]);
    expect(await statuses(3, () => logIn(account.email, two))).toEqual([401, 401, 401]);
    expect((await logIn(account.email, newPlace(), PASSWORD)).status).toBe(200);
  });

  test('a refresh makes no network known; POST verify-email does', async () => {
    const account = await auth.createAccount({ state: 'unverified' });
    const token = await auth.createLink({ userId: account.id, purpose: 'verify', email: account.email });
    const [verified, refreshed] = [newPlace(), newPlace()];
    const session = await auth.call('verifyEmail', {
      body: { token },
      headers: TOKEN_MODE,
      address: verified,
    });
    expect(session.status).toBe(200);
    const { refreshToken } = session.json;
    const refresh = await auth.call('refresh', {
      body: { refreshToken },
      headers: TOKEN_MODE,
      address: refreshed,
    });
    expect(refresh.status).toBe(200);
    for (let index = 0; index < 6; index++) await logIn(account.email, newPlace());
    expect((await logIn(account.email, refreshed, PASSWORD)).status).toBe(429);
    expect((await logIn(account.email, verified, PASSWORD)).status).toBe(200);
  });

  test('a wrong currentPassword and a failed login share their counters; a right one clears nothing', async () => {
    const account = await auth.createAccount();
    const place = newPlace();
    const { accessToken } = await auth.logIn(account, place);
    expect((await logIn(account.email, place)).status).toBe(401);
    expect((await changePassword(accessToken, 'wrong', place)).status).toBe(401);
    expect((await changePassword(accessToken, PASSWORD, place)).status).toBe(204);
    expect((await changePassword(accessToken, 'wrong', place)).status).toBe(401);
    expect((await changePassword(accessToken, NEW_PASSWORD, place)).status).toBe(429);
    expect((await logIn(account.email, place, NEW_PASSWORD)).status).toBe(429);
    expect(await kinds(account, 'login_failed')).toBe(3);
    expect(await kinds(account, 'login_blocked')).toBe(1);
  });

  test('of parallel wrong currentPasswords no more than the limit are judged', async () => {
    const account = await auth.createAccount();
    const place = newPlace();
    const { accessToken } = await auth.logIn(account, place);
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => changePassword(accessToken, 'wrong', place)),
    );
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(3);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(9);
    expect(await kinds(account, 'login_failed')).toBe(3);
  });

  test('a reset clears the counters of the account in all networks, and those of nobody else', async () => {
    const [account, other] = [await auth.createAccount(), await auth.createAccount()];
    const [one, two] = [newPlace(), newPlace()];
    await statuses(3, () => logIn(account.email, one));
    await statuses(3, () => logIn(account.email, two));
    await statuses(3, () => logIn(other.email, one));
    expect((await logIn(account.email, newPlace(), PASSWORD)).status).toBe(429);
    const token = await auth.createLink({ userId: account.id, purpose: 'reset', email: account.email });
    const reset = await auth.call('resetPassword', { body: { token, password: NEW_PASSWORD } });
    expect(reset.status).toBe(204);
    for (const place of [one, two, newPlace()]) {
      expect((await logIn(account.email, place, NEW_PASSWORD)).status).toBe(200);
    }
    expect((await logIn(other.email, one, PASSWORD)).status).toBe(429);
    // Six failures of the account and three of the other still count for the network.
    expect(await statuses(7, () => logIn(`unknown${one}`, one))).toContain(429);
  });

  test.each(['resendVerification', 'forgotPassword'] as const)(
    '%s: silent by address, refused by network',
    async (endpoint) => {
      const email = `limited-${endpoint}@example.com`.toLowerCase();
      const rows = async () =>
        (await auth.db.selectFrom('mail_requests').select('id').where('email', '=', email).execute()).length;
      const place = newPlace();
      const ask = () => auth.call(endpoint, { body: { email }, address: place });
      expect(await statuses(5, ask)).toEqual([202, 202, 202, 202, 429]);
      expect(await rows()).toBe(2);
      const elsewhere = await auth.call(endpoint, { body: { email }, address: newPlace() });
      expect(elsewhere.status).toBe(202);
      expect(await rows()).toBe(2);
      const crowd = newPlace();
      const parallel = await Promise.all(
        Array.from({ length: 10 }, (_, index) =>
          auth.call(endpoint, { body: { email: `${index}${email}` }, address: crowd }),
        ),
      );
      expect(parallel.filter(({ status }) => status === 202)).toHaveLength(4);
    },
  );

  test('another address may be asked for only so often, at once or one after the other', async () => {
    const account = await auth.createAccount();
    const { accessToken } = await auth.logIn(account, newPlace());
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, index) =>
        auth.call('updateProfile', {
          body: { email: `${index}${account.email}`, currentPassword: PASSWORD },
          headers: { authorization: `Bearer ${accessToken}` },
        }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 204, 429, 429, 429, 429]);
  });
});

test('with the throttle off no mail and no change of the address is limited', async () => {
  const auth = await openAuthHarness({ ...LIMITS, AUTH_THROTTLE: 'off' });
  const account = await auth.createAccount();
  const headers = { authorization: `Bearer ${(await auth.logIn(account)).accessToken}` };
  for (let index = 0; index < 6; index++) {
    const asked = await auth.call('forgotPassword', { body: { email: account.email } });
    expect(asked.status).toBe(202);
    expect(asked.headers['ratelimit'] ?? '').not.toContain('forgot');
    const body = { email: `${index}${account.email}`, currentPassword: PASSWORD };
    expect((await auth.call('updateProfile', { body, headers })).status).toBe(204);
  }
  expect(await auth.db.selectFrom('mail_requests').select('id').execute()).toHaveLength(6);
  await auth.close();
});
