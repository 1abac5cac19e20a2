import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { storePendingEmail } from '../../accounts/queries/account-updates.ts';
import { recordEvents } from '../../events/queries/events.ts';
import { finishMailRequest, insertMailRequest } from '../../links/queries/mail-requests.ts';
import { rememberNetwork } from '../../sessions/queries/networks.ts';
import { type AuthHarness, openAuthHarness } from '../../testing/auth-harness.ts';
import { PASSWORD, type SignedIn, type TestAccount } from '../../testing/fixtures.ts';

let auth: AuthHarness;
beforeAll(async () => {
  auth = await openAuthHarness({ API_KEY: 'key-of-services', AUTH_EVENTS_RETENTION: '10d' });
});
afterAll(() => auth.close());
afterEach(() => auth.at());

const SERVICE = { 'x-api-key': 'key-of-services' };
const DAY_MS = 86_400_000;
const daysAgo = (days: number): Date => new Date(Date.now() - days * DAY_MS);

const clean = (method: 'POST' | 'GET' = 'POST') =>
  auth.call(method === 'GET' ? 'cleanTokensByGet' : 'cleanTokens', { headers: SERVICE });
const sessionsOf = async ({ id }: TestAccount) => {
  const sessions = auth.db.selectFrom('user_sessions').select('id').where('user_id', '=', id);
  return (await sessions.orderBy('id').execute()).map((session) => session.id);
};
const logOut = async ({ headers }: SignedIn) =>
  expect((await auth.call('logout', { headers })).status).toBe(204);

test('removes sessions that are over with their tokens, and never a live one', async () => {
  const account = await auth.createAccount();
  await auth.at(new Date(Date.now() - auth.config.JWT_REFRESH_TOKEN_EXPIRY));
  await auth.logIn(account);
  await auth.at();
  await logOut(await auth.logIn(account));
  const live = await auth.logIn(account);
  const [expired = 0, ended = 0, alive = 0] = await sessionsOf(account);
  expect(await clean()).toMatchObject({
    status: 200,
    json: { message: expect.any(String), deleted: 2 },
  });
  const left = await auth.db
    .selectFrom('user_sessions')
    .innerJoin('refresh_tokens', 'session_id', 'user_sessions.id')
    .select('user_sessions.id')
    .where('user_id', '=', account.id)
    .execute();
  expect(left).toEqual([{ id: alive }]);
  const tokens = await auth.db
    .selectFrom('refresh_tokens')
    .select('id')
    .where('session_id', 'in', [ended, expired])
    .execute();
  expect(tokens).toEqual([]);
  const refreshed = await auth.call('refresh', { body: { refreshToken: live.refreshToken } });
  expect(refreshed.status).toBe(200);
});

test('keeps the ids of ended sessions until their access tokens have expired', async () => {
  const lifetime = auth.config.JWT_ACCESS_TOKEN_EXPIRY;
  const before = (milliseconds: number) => auth.at(new Date(Date.now() - milliseconds));
  /** The id of the only session of an account that was erased right after its login. */
  const erased = async () => {
    const account = await auth.createAccount();
    const { headers } = await auth.logIn(account);
    const [id] = await sessionsOf(account);
    const answer = await auth.call('DELETE /profile', { headers, body: { password: PASSWORD } });
    expect(answer.status).toBe(204);
    return id;
  };
  await before(2 * lifetime);
  const long = await erased();
  await before(lifetime);
  const short = await erased();
  const account = await auth.createAccount();
  await logOut(await auth.logIn(account));
  const [ended] = await sessionsOf(account);
  await auth.at();
  expect(await clean()).toMatchObject({ status: 200, json: { deleted: 1 } });
  const kept = await auth.db.selectFrom('removed_sessions').select('session_id').execute();
  const ids = kept.map(({ session_id }) => session_id);
  expect(ids).toContain(ended);
  expect(ids).toContain(short);
  expect(ids).not.toContain(long);
});

test('GET does the same, and there is nothing more to do', async () => {
  await clean();
  expect(await clean('GET')).toMatchObject({ status: 200, json: { deleted: 0 } });
});

test('removes links 30 days past their expiry and expired pending addresses, no others', async () => {
  const { id, email } = await auth.createAccount();
  const link = { userId: id, purpose: 'reset' as const, email };
  for (const expiresAt of [daysAgo(31), daysAgo(30), daysAgo(29), daysAgo(-1)]) {
    await auth.createLink({ ...link, expiresAt });
  }
  const other = await auth.createAccount();
  const wait = (userId: number, expiresAt: Date) =>
    storePendingEmail(auth.db, userId, { email: 'waits@example.com', expiresAt }, auth.now());
  await wait(id, new Date());
  await wait(other.id, daysAgo(-1));
  expect((await clean()).json.deleted).toBe(2);
  const links = await auth.db.selectFrom('one_time_tokens').select('id').where('user_id', '=', id).execute();
  expect(links).toHaveLength(2);
  const waiting = await auth.db
    .selectFrom('users')
    .select(['pending_email', 'pending_email_expires_at as until'])
    .where('id', 'in', [id, other.id])
    .orderBy('id')
    .execute();
  expect(waiting).toMatchObject([
    { pending_email: null, until: null },
    { pending_email: 'waits@example.com', until: expect.any(Date) },
  ]);
});

test('removes unused networks, old events and done requests for mails, uncounted', async () => {
  const { id } = await auth.createAccount();
  for (const [index, at] of [daysAgo(31), daysAgo(29)].entries()) {
    await rememberNetwork(auth.db, id, `10.${index}.0.0/24`, at);
  }
  for (const at of [daysAgo(11), daysAgo(9)]) {
    await recordEvents(auth.db, [{ kind: 'login_ok', userId: id }], at);
  }
  for (const [index, at] of [daysAgo(1.1), daysAgo(0.9), undefined].entries()) {
    const request = { kind: 'forgot_password', email: `old${index}@example.com` } as const;
    const requestId = await insertMailRequest(auth.db, request, daysAgo(50));
    if (at) await finishMailRequest(auth.db, requestId, at);
  }
  expect((await clean()).json.deleted).toBe(0);
  const kept = await Promise.all([
    auth.db.selectFrom('user_networks').select('network').where('user_id', '=', id).execute(),
    auth.db.selectFrom('auth_events').select('kind').where('user_id', '=', id).execute(),
    auth.db.selectFrom('mail_requests').select('email').orderBy('id').execute(),
  ]);
  expect(kept).toEqual([
    [{ network: '10.1.0.0/24' }],
    [{ kind: 'login_ok' }],
    [{ email: 'old1@example.com' }, { email: 'old2@example.com' }],
  ]);
});

test('removes more than a batch, while others clean as well', async () => {
  const { id } = await auth.createAccount();
  const at = daysAgo(1);
  const session = { user_id: id, network: '10.0.0.0/24', last_used_at: at, created_at: at };
  const expiries = { refresh_expires_at: at, absolute_expires_at: at };
  const rows = Array.from({ length: 1_201 }, () => ({ ...session, ...expiries }));
  await auth.db.insertInto('user_sessions').values(rows).execute();
  const answers = await Promise.all([clean(), clean(), clean('GET')]);
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  expect(answers.reduce((sum, { json }) => sum + json.deleted, 0)).toBe(1_201);
});

test('guard: services alone', async () => {
  const admin = await auth.createAccount({ role: 3 });
  const authorization = `Bearer ${(await auth.logIn(admin)).accessToken}`;
  for (const headers of [{}, { 'x-api-key': 'wrong' }, { authorization }]) {
    expect(await auth.call('cleanTokens', { headers })).toMatchObject({
      status: 401,
      json: { code: 'invalid_api_key' },
    });
  }
});

test('HEAD is not offered', async () => {
  const answer = await auth.call('cleanTokensByGet', { method: 'HEAD', headers: SERVICE });
  expect(answer.status).toBe(405);
  expect(answer.headers['allow']).toBe('GET, POST, OPTIONS');
});
