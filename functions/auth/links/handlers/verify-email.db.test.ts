import { afterAll, beforeAll, expect, test } from 'vitest';
import { storePendingEmail } from '../../accounts/queries/account-updates.ts';
import { type AuthHarness, openAuthHarness } from '../../testing/auth-harness.ts';
import { type TestAccount, TOKEN_MODE } from '../../testing/fixtures.ts';
import { spendLinks } from '../queries/one-time-tokens.ts';

let auth: AuthHarness;
beforeAll(async () => {
  auth = await openAuthHarness();
});
afterAll(() => auth.close());

const post = (token: unknown, headers: Record<string, string> = TOKEN_MODE) =>
  auth.call('verifyEmail', { body: { token }, headers });
const get = (token: string, headers: Record<string, string> = {}) =>
  auth.call('confirmEmail', { query: `validToken=${token}`, headers });
const registered = async () => {
  const account = await auth.createAccount({ state: 'unverified' });
  const token = await auth.createLink({ userId: account.id, purpose: 'verify', email: account.email });
  return { account, token };
};
const changing = async (email: string, expiresAt = new Date(Date.now() + 60_000)) => {
  const account = await auth.createAccount();
  await storePendingEmail(auth.db, account.id, { email, expiresAt }, auth.now());
  const token = await auth.createLink({ userId: account.id, purpose: 'change_email', email });
  return { account, token };
};
const rowOf = ({ id }: TestAccount) =>
  auth.db.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
const sessionsOf = ({ id }: TestAccount) =>
  auth.db.selectFrom('user_sessions').select('id').where('user_id', '=', id).execute();

test('POST of a registration link activates and signs in', async () => {
  const { account, token } = await registered();
  const answer = await post(token);
  expect(answer).toMatchObject({
    status: 200,
    cookies: [],
    json: { message: expect.any(String), user: { ...account, role: 1 }, tokenType: 'Bearer', expiresIn: 900 },
  });
  expect(await rowOf(account)).toMatchObject({ active: 1 });
  const headers = { authorization: `Bearer ${answer.json.accessToken}` };
  expect((await auth.call('getProfile', { headers })).json).toMatchObject({ id: account.id, active: true });
  const networks = await auth.db
    .selectFrom('user_networks')
    .select('network')
    .where('user_id', '=', account.id)
    .execute();
  expect(networks).toEqual([{ network: '203.0.113.0/24' }]);
  expect(await auth.eventKinds(account.id)).toEqual(['email_verified']);
});

test('POST in cookie mode sets both cookies', async () => {
  const { token } = await registered();
  const answer = await post(token, {});
  expect(Object.keys(answer.json)).toEqual(['message', 'user']);
  expect(answer.cookies).toHaveLength(2);
});

test('GET of a registration link activates and signs nobody in', async () => {
  const { account, token } = await registered();
  const answer = await get(token, TOKEN_MODE);
  expect(answer).toMatchObject({ status: 200, cookies: [] });
  expect(Object.keys(answer.json)).toEqual(['message']);
  expect(await rowOf(account)).toMatchObject({ active: 1 });
  expect(await sessionsOf(account)).toEqual([]);
  expect(await get(token)).toMatchObject({ status: 409, json: { code: 'already_verified' } });
  expect(await post(token)).toMatchObject({ status: 409, json: { code: 'already_verified' } });
});

test('a change link stores the new address, spends reset links, and signs nobody in', async () => {
  const { account, token } = await changing('changed@example.com');
  await auth.createLink({ userId: account.id, purpose: 'reset', email: account.email });
  const answer = await post(token);
  expect(answer).toMatchObject({ status: 200, cookies: [] });
  expect(Object.keys(answer.json)).toEqual(['message']);
  expect(await rowOf(account)).toMatchObject({
    email: 'changed@example.com',
    pending_email: null,
    pending_email_expires_at: null,
    active: 1,
  });
  const resets = await auth.db
    .selectFrom('one_time_tokens')
    .select('spent_at')
    .where('user_id', '=', account.id)
    .where('purpose', '=', 'reset')
    .execute();
  expect(resets).toEqual([{ spent_at: expect.any(Date) }]);
  expect(await sessionsOf(account)).toEqual([]);
  expect(await auth.eventKinds(account.id)).toEqual(['email_changed']);
  expect(await post(token)).toMatchObject({ status: 409, json: { code: 'already_verified' } });
  await auth.db
    .updateTable('users')
    .set({ email: 'and-again@example.com' })
    .where('id', '=', account.id)
    .execute();
  expect(await post(token)).toMatchObject({ status: 400, json: { code: 'invalid_verification_token' } });
});

test('a change to an address that another account has by now drops it', async () => {
  const other = await auth.createAccount();
  const { account, token } = await changing(other.email);
  const answer = await get(token);
  expect(answer).toMatchObject({ status: 409, json: { code: 'email_taken', details: [{ field: 'email' }] } });
  expect(await rowOf(account)).toMatchObject({ email: account.email, pending_email: null });
  expect(await get(token)).toMatchObject({ status: 400, json: { code: 'invalid_verification_token' } });
  expect(await auth.eventKinds(account.id)).toEqual([]);
});

test.each([
  ['unknown', async () => 'A'.repeat(43)],
  ['of no shape', async () => 'x'],
  [
    'of a reset',
    async () => {
      const { id, email } = await auth.createAccount();
      return auth.createLink({ userId: id, purpose: 'reset', email });
    },
  ],
  [
    'expired',
    async () => {
      const { id, email } = await auth.createAccount({ state: 'unverified' });
      return auth.createLink({ userId: id, purpose: 'verify', email, expiresAt: new Date() });
    },
  ],
  [
    'of a disabled account',
    async () => {
      const { id, email } = await auth.createAccount({ state: 'disabled' });
      return auth.createLink({ userId: id, purpose: 'verify', email });
    },
  ],
  [
    'of an address that is no longer stored',
    async () => {
      const { id } = await auth.createAccount({ state: 'unverified' });
      return auth.createLink({ userId: id, purpose: 'verify', email: 'former@example.com' });
    },
  ],
  [
    'of a pending address that has expired',
    async () => (await changing('late@example.com', new Date())).token,
  ],
  [
    'that is spent',
    async () => {
      const { account, token } = await registered();
      await spendLinks(auth.db, account.id, auth.now());
      return token;
    },
  ],
])('a token %s is not valid', async (_, make) => {
  const token = await make();
  for (const answer of [await get(token), await post(token)]) {
    expect(answer).toMatchObject({ status: 400, json: { code: 'invalid_verification_token' }, cookies: [] });
  }
});

test('a second registration link of an active account', async () => {
  const { account, token } = await registered();
  const second = await auth.createLink({ userId: account.id, purpose: 'verify', email: account.email });
  await get(token);
  expect(await post(second)).toMatchObject({ status: 409, json: { code: 'already_verified' } });
});

test('of parallel uses exactly one succeeds', async () => {
  const { account, token } = await registered();
  const uses = Array.from({ length: 10 }, (_, index) => (index % 2 ? get(token) : post(token)));
  const statuses = (await Promise.all(uses)).map(({ status }) => status).sort();
  expect(statuses).toEqual([200, ...Array(9).fill(409)]);
  expect(await auth.eventKinds(account.id)).toEqual(['email_verified']);
  expect((await sessionsOf(account)).length).toBeLessThanOrEqual(1);
});

test('of two accounts that change to one address at the same time exactly one gets it', async () => {
  const links = [await changing('wanted@example.com'), await changing('wanted@example.com')];
  const answers = await Promise.all(links.map(({ token }) => post(token)));
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
});

test('a missing or empty token is an issue of the request', async () => {
  for (const body of [{}, { token: '' }, { token: '  ' }, { token: null }]) {
    const answer = await auth.call('verifyEmail', { body });
    expect(answer).toMatchObject({
      status: 400,
      json: { code: 'validation_failed', details: [{ field: 'token' }] },
    });
  }
  for (const query of ['', 'validToken=', 'validToken=a&validToken=b', 'token=a']) {
    const answer = await auth.call('confirmEmail', { query });
    expect(answer).toMatchObject({
      status: 400,
      json: { code: 'validation_failed', details: [{ field: 'validToken' }] },
    });
  }
});

test('browsers get a page without script for every outcome', async () => {
  const accept = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
  const { token } = await registered();
  const answers = [
    await get(token, { accept }),
    await get(token, { accept }),
    await get('unknown', { accept }),
    await auth.call('confirmEmail', { headers: { accept } }),
  ];
  expect(answers.map(({ status }) => status)).toEqual([200, 409, 400, 400]);
  for (const { headers, text } of answers) {
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(headers['cache-control']).toBe('no-store');
    expect(text).toMatch(/^<!doctype html>[\s\S]*<h1>.+<\/h1>\n<p>.+<\/p>/);
    expect(text).not.toContain('<script');
    expect(text).not.toContain(token);
  }
});

test.each(['*/*', 'application/json', 'text/html;q=0.5, application/json'])(
  '%s means JSON',
  async (accept) => {
    expect((await get('unknown', { accept })).headers['content-type']).toBe('application/json');
  },
);

test('HEAD is not offered', async () => {
  const { account, token } = await registered();
  const answer = await auth.call('confirmEmail', { method: 'HEAD', query: `validToken=${token}` });
  expect(answer.status).toBe(405);
  expect(answer.headers['allow']).toBe('GET, POST, OPTIONS');
  expect(await rowOf(account)).toMatchObject({ active: 0 });
});
