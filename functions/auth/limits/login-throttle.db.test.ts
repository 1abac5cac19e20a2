import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AppError } from '#shared/errors/app-error.ts';
import type { Context } from '#shared/host/context.ts';
import { errorResponse } from '#shared/http/error-response.ts';
import { logIn } from '../sessions/login.ts';
import { type AuthHarness, openAuthHarness } from '../testing/auth-harness.ts';
import { PASSWORD, type TestAccount } from '../testing/fixtures.ts';
import { redisAway } from '../testing/redis-away.ts';

const LIMITS = {
  AUTH_LIMIT_LOGIN_ACCOUNT_NETWORK: '3/15m',
  AUTH_LIMIT_LOGIN_ACCOUNT: '5/24h',
  AUTH_LIMIT_LOGIN_NETWORK: '8/15m',
};

describe.each(['with Redis', 'without Redis'])('%s', (redis) => {
  let auth: AuthHarness;
  beforeAll(async () => {
    const away = redis === 'without Redis' ? await redisAway() : {};
    auth = await openAuthHarness({ ...LIMITS, ...away });
  });
  afterAll(() => auth.close());

  const start = Date.parse('2026-03-01T12:00:00.000Z');
  let networks = 0;
  const newNetwork = () => `10.0.${networks++}.0/24`;

  const tryLogin = async (
    login: string,
    { password = 'wrong', network, seconds = 0 }: { password?: string; network: string; seconds?: number },
  ): Promise<string> => {
    const context: Context = auth.context({ now: () => new Date(start + seconds * 1_000) });
    try {
      await logIn(context, { login, password }, { network, userAgent: undefined });
      return 'ok';
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      const wait = errorResponse(error, 'id').headers['retry-after'];
      return wait === undefined ? error.code : `${error.code} ${wait}`;
    }
  };
  const fail = async (login: string, network: string, times: number): Promise<string[]> => {
    const answers: string[] = [];
    for (let index = 0; index < times; index++) answers.push(await tryLogin(login, { network }));
    return answers;
  };
  const failed = (times: number) => Array(times).fill('invalid_credentials');

  test('account and network: refused after the limit, right password or not, until the window is over', async () => {
    const account = await auth.createAccount();
    const network = newNetwork();
    expect(await fail(account.email, network, 3)).toEqual(failed(3));
    const right = { password: PASSWORD, network };
    expect(await tryLogin(account.email, { ...right, seconds: 60 })).toBe('rate_limited 840');
    expect(await tryLogin(account.username, { ...right, seconds: 61 })).toBe('rate_limited 839');
    expect(await tryLogin(account.email, { password: PASSWORD, network: newNetwork() })).toBe('ok');
    expect(await tryLogin(account.email, { ...right, seconds: 900 })).toBe('ok');
    expect(await auth.eventKinds(account.id)).toEqual([
      ...Array(3).fill('login_failed'),
      'login_blocked',
      'login_ok',
      'login_ok',
    ]);
  });

  test('an unknown login is limited like a known one', async () => {
    const network = newNetwork();
    expect(await fail('nobody@example.com', network, 2)).toEqual(failed(2));
    expect(await fail('Nobody@Example.com', network, 2)).toEqual(['invalid_credentials', 'rate_limited 900']);
  });

  test('a success clears the counter of this account and network, and no other', async () => {
    const account = await auth.createAccount();
    const [here, there] = [newNetwork(), newNetwork()];
    await fail(account.email, there, 2);
    await fail(account.email, here, 2);
    expect(await tryLogin(account.email, { password: PASSWORD, network: here })).toBe('ok');
    expect(await fail(account.email, here, 3)).toEqual(failed(3));
    expect(await fail(account.email, there, 2)).toEqual(['invalid_credentials', 'rate_limited 86400']);
  });

  test('a 403 is neither a failure nor a success', async () => {
    const account = await auth.createAccount({ state: 'unverified' });
    const network = newNetwork();
    await fail(account.email, network, 2);
    for (let index = 0; index < 4; index++) {
      expect(await tryLogin(account.email, { password: PASSWORD, network })).toBe('email_not_verified');
    }
    expect(await fail(account.email, network, 2)).toEqual(['invalid_credentials', 'rate_limited 900']);
  });

  test('whole account: refused from new networks, but not from one it is used from', async () => {
    const account = await auth.createAccount();
    const [home, formerHome] = [newNetwork(), newNetwork()];
    const tooLongAgo = -30 * 86_400 - 0.001;
    const formerly = { password: PASSWORD, network: formerHome, seconds: tooLongAgo };
    expect(await tryLogin(account.email, formerly)).toBe('ok');
    expect(await tryLogin(account.email, { password: PASSWORD, network: home })).toBe('ok');
    const [a, b, c] = [newNetwork(), newNetwork(), newNetwork()];
    expect(await fail(account.email, home, 2)).toEqual(failed(2));
    expect(await fail(account.email, a, 3)).toEqual(failed(3));
    expect(await fail(account.email, b, 2)).toEqual(failed(2));
    expect(await tryLogin(account.email, { password: PASSWORD, network: c })).toBe('rate_limited 86400');
    expect(await tryLogin(account.email, { password: PASSWORD, network: home })).toBe('ok');
    expect(await tryLogin(account.email, { password: PASSWORD, network: formerHome })).toBe(
      'rate_limited 86400',
    );
  });

  test('network: refused for every login from it, with the longest rest', async () => {
    const network = newNetwork();
    for (let index = 0; index < 8; index++) await fail(`unknown${network}${index}`, network, 1);
    const account = await auth.createAccount();
    expect(await tryLogin(account.email, { password: PASSWORD, network, seconds: 1 })).toBe(
      'rate_limited 899',
    );
    expect(await auth.eventKinds(account.id)).toEqual(['login_blocked']);
  });

  test('of parallel wrong attempts no more than the limit are judged', async () => {
    const account = await auth.createAccount();
    const network = newNetwork();
    const answers = await Promise.all(Array.from({ length: 20 }, () => tryLogin(account.email, { network })));
    expect(answers.filter((answer) => answer === 'invalid_credentials')).toHaveLength(3);
    expect(answers.filter((answer) => answer.startsWith('rate_limited'))).toHaveLength(17);
    const kinds = await auth.eventKinds(account.id);
    expect(kinds.filter((kind) => kind === 'login_blocked')).toHaveLength(1);
  });

  test('parallel right attempts are never refused because of each other', async () => {
    const account: TestAccount = await auth.createAccount();
    const network = newNetwork();
    const right = { password: PASSWORD, network };
    const answers = await Promise.all(Array.from({ length: 20 }, () => tryLogin(account.email, right)));
    expect(answers).toEqual(Array(20).fill('ok'));
  });
});

test('with the throttle off nothing is counted or reported', async () => {
  const auth = await openAuthHarness({ ...LIMITS, AUTH_THROTTLE: 'off' });
  const { email } = await auth.createAccount();
  for (let index = 0; index < 5; index++) {
    const answer = await auth.call('login', { body: { login: email, password: 'wrong' } });
    expect(answer.status).toBe(401);
  }
  const answer = await auth.call('login', { body: { login: email, password: PASSWORD } });
  expect(answer.status).toBe(200);
  expect(answer.headers['ratelimit']).toBeUndefined();
  await auth.close();
});

test('a limit of 0 is off, the others hold', async () => {
  const auth = await openAuthHarness({ ...LIMITS, AUTH_LIMIT_LOGIN_ACCOUNT_NETWORK: '0/15m' });
  const statuses: number[] = [];
  for (let index = 0; index < 6; index++) {
    statuses.push((await auth.call('login', { body: { login: 'nobody', password: 'wrong' } })).status);
  }
  expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
  await auth.close();
});

test.each(['with Redis', 'without Redis'])('registrations are counted by network, %s', async (redis) => {
  const away = redis === 'without Redis' ? await redisAway() : {};
  const auth = await openAuthHarness({ ...away, AUTH_LIMIT_REGISTER: '3/1h' });
  const register = (index: number, address: string, headers: Record<string, string> = {}) =>
    auth.call('register', {
      address,
      headers,
      body: { email: `r${index}@example.com`, username: `reg${index}`, password: 'correct horse battery' },
    });
  const first = await register(1, '198.51.100.1', { 'idempotency-key': 'once' });
  expect(first.status).toBe(201);
  expect(first.headers['ratelimit']).toBe('"register";r=2;t=3600');
  expect(first.headers['ratelimit-policy']).toBe('"register";q=3;w=3600');
  // Neither a replay nor what the schema refuses counts; a 409 does.
  expect((await register(1, '198.51.100.1', { 'idempotency-key': 'once' })).status).toBe(201);
  expect((await auth.call('register', { address: '198.51.100.1', body: {} })).status).toBe(400);
  expect((await register(1, '198.51.100.2')).status).toBe(409);
  const parallel = await Promise.all([2, 3, 4, 5].map((index) => register(index, '198.51.100.3')));
  expect(parallel.map(({ status }) => status).sort()).toEqual([201, 429, 429, 429]);
  const refused = parallel.find(({ status }) => status === 429);
  expect(refused).toMatchObject({ json: { code: 'rate_limited' } });
  expect(Number(refused?.headers['retry-after'])).toBeGreaterThan(3_500);
  expect((await register(6, '198.51.101.1')).status).toBe(201);
  await auth.close();
});
