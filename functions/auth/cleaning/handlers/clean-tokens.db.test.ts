import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AuthHarness, openAuthHarness } from '../../testing/auth-harness.ts';

let auth: AuthHarness;
beforeAll(async () => {
  auth = await openAuthHarness({ API_KEY: 'key-of-services', AUTH_EVENTS_RETENTION: '10d' });
});
afterAll(() => auth.close());

const SERVICE = { 'x-api-key': 'key-of-services' };
const DAY_MS = 86_400_000;
const daysAgo = (days: number): Date => new Date(Date.now() - days * DAY_MS);

const clean = (method: 'POST' | 'GET' = 'POST') =>
  auth.call(method === 'GET' ? 'cleanTokensByGet' : 'cleanTokens', { headers: SERVICE });
const changeSession = (id: number, columns: object) =>
  auth.db.updateTable('user_sessions').set(columns).where('id', '=', id).execute();

/** Three sessions of one account: the first ended, the second past its refresh, the third alive. */
const account = async () => {
  const person = await auth.createAccount();
  for (let index = 0; index < 2; index++) await auth.logIn(person);
  const live = await auth.logIn(person);
  const rows = await auth.db
    .selectFrom('user_sessions')
    .select('id')
    .where('user_id', '=', person.id)
    .orderBy('id')
    .execute();
  const [ended = 0, expired = 0, alive = 0] = rows.map(({ id }) => id);
  return { ...person, live, ended, expired, alive };
};

test('removes sessions that are over with their tokens, and never a live one', async () => {
  const person = await account();
  await changeSession(person.ended, { ended_at: new Date(), end_reason: 'logout' });
  await changeSession(person.expired, { refresh_expires_at: new Date() });
  expect(await clean()).toMatchObject({
    status: 200,
    json: { message: expect.any(String), deleted: 2 },
  });
  const left = await auth.db
    .selectFrom('user_sessions')
    .innerJoin('refresh_tokens', 'session_id', 'user_sessions.id')
    .select('user_sessions.id')
    .where('user_id', '=', person.id)
    .execute();
  expect(left).toEqual([{ id: person.alive }]);
  const tokens = await auth.db
    .selectFrom('refresh_tokens')
    .select('id')
    .where('session_id', 'in', [person.ended, person.expired])
    .execute();
  expect(tokens).toEqual([]);
  const refreshed = await auth.call('refresh', { body: { refreshToken: person.live.refreshToken } });
  expect(refreshed.status).toBe(200);
});

test('keeps the ids of ended sessions until their access tokens have expired', async () => {
  const person = await account();
  const lifetime = auth.config.JWT_ACCESS_TOKEN_EXPIRY;
  const before = (milliseconds: number) => new Date(Date.now() - milliseconds);
  const kept = () =>
    auth.db.selectFrom('removed_sessions').select('session_id').orderBy('session_id').execute();
  await changeSession(person.ended, { ended_at: before(lifetime), end_reason: 'logout' });
  const erased = [lifetime, 2 * lifetime].map((age, index) => ({
    session_id: 9_000_000 + index,
    created_at: before(age),
  }));
  await auth.db.insertInto('removed_sessions').values(erased).execute();
  expect(await clean()).toMatchObject({ status: 200, json: { deleted: 1 } });
  const ids = (await kept()).map(({ session_id }) => session_id);
  expect(ids).toContain(person.ended);
  expect(ids).toContain(9_000_000);
  expect(ids).not.toContain(9_000_001);
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
    auth.db
      .updateTable('users')
      .set({ pending_email: 'waits@example.com', pending_email_expires_at: expiresAt })
      .where('id', '=', userId)
      .execute();
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
  const networks = [daysAgo(31), daysAgo(29)].map((at, index) => ({
    user_id: id,
    network: `10.${index}.0.0/24`,
    last_login_at: at,
    created_at: at,
  }));
  await auth.db.insertInto('user_networks').values(networks).execute();
  const events = [daysAgo(11), daysAgo(9)].map((at) => ({ user_id: id, kind: 'login_ok', created_at: at }));
  await auth.db.insertInto('auth_events').values(events).execute();
  const requests = [daysAgo(1.1), daysAgo(0.9), null].map((at, index) => ({
    kind: 'forgot_password' as const,
    email: `old${index}@example.com`,
    done_at: at,
    created_at: daysAgo(50),
  }));
  await auth.db.insertInto('mail_requests').values(requests).execute();
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
