import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AuthHarness, openAuthHarness } from '../testing/auth-harness.ts';
import { SAME_ORIGIN, type TestAccount, TOKEN_MODE } from '../testing/fixtures.ts';

let auth: AuthHarness;
beforeAll(async () => {
  auth = await openAuthHarness();
});
afterAll(() => auth.close());

type Tokens = Awaited<ReturnType<AuthHarness['logIn']>>;
const bearer = ({ accessToken }: Tokens) => ({ authorization: `Bearer ${accessToken}` });
const sessionsOf = async (tokens: Tokens, query = '') =>
  auth.call('listSessions', { headers: bearer(tokens), query });
const currentId = async (tokens: Tokens): Promise<number> =>
  (await sessionsOf(tokens)).json.find(({ current }: { current: boolean }) => current).id;
const refresh = ({ refreshToken }: Tokens) =>
  auth.call('refresh', { body: { refreshToken }, headers: TOKEN_MODE });
const change = (id: number, values: Record<string, unknown>) =>
  auth.db.updateTable('user_sessions').set(values).where('id', '=', id).execute();

const expectRevoked = async (tokens: Tokens) => {
  const rejected = { status: 401, json: { code: 'invalid_token' } };
  expect(await auth.call('getProfile', { headers: bearer(tokens) })).toMatchObject(rejected);
  expect(await refresh(tokens)).toMatchObject(rejected);
};

describe('the list', () => {
  test('holds live sessions alone, the one used last first', async () => {
    const account = await auth.createAccount();
    const [first, second, third, ended, expired] = [
      await auth.logIn(account, '203.0.113.7'),
      await auth.logIn(account, '2001:db8:1:2:3::9'),
      await auth.logIn(account),
      await auth.logIn(account),
      await auth.logIn(account),
    ];
    await auth.logIn(await auth.createAccount());
    const ids = await Promise.all([first, second, third, ended, expired].map(currentId));
    const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, seconds));
    await change(ids[0] ?? 0, { last_used_at: at(3) });
    await change(ids[1] ?? 0, { last_used_at: at(2), user_agent: 'Mozilla/5.0' });
    await change(ids[2] ?? 0, { last_used_at: at(2) });
    await change(ids[3] ?? 0, { ended_at: at(9) });
    await change(ids[4] ?? 0, { refresh_expires_at: new Date(Date.now() - 1) });
    const answer = await sessionsOf(second);
    expect(answer.headers).toMatchObject({ 'x-total-count': '3' });
    expect(answer.json.map(({ id }: { id: number }) => id)).toEqual([ids[0], ids[2], ids[1]]);
    expect(answer.json[2]).toEqual({
      id: ids[1],
      createdAt: expect.stringMatching(/Z$/),
      lastUsedAt: '2026-01-01T00:00:02.000Z',
      expiresAt: expect.stringMatching(/Z$/),
      userAgent: 'Mozilla/5.0',
      network: '2001:db8:1:2::/64',
      current: true,
    });
    expect(answer.json[0]).toMatchObject({ network: '203.0.113.0/24', current: false });
    expect(answer.json[0]).not.toHaveProperty('userAgent');
    const page = await sessionsOf(second, 'page=2&count=2');
    expect(page.json.map(({ id }: { id: number }) => id)).toEqual([ids[1]]);
    expect(page.headers['link']).toContain('rel="prev"');
  });

  test('tells when the session ends and who used it last', async () => {
    const tokens = await auth.logIn(await auth.createAccount());
    const headers = { ...TOKEN_MODE, 'user-agent': 'x'.repeat(300) };
    const body = { refreshToken: tokens.refreshToken };
    const renewed = (await auth.call('refresh', { body, headers, address: '198.51.100.9' })).json;
    const [session] = (await sessionsOf(renewed)).json;
    expect(session).toMatchObject({ network: '198.51.100.0/24', userAgent: 'x'.repeat(255) });
    const lifetime = Date.parse(session.expiresAt) - Date.parse(session.lastUsedAt);
    expect(lifetime).toBe(168 * 3_600_000);
  });

  test('refuses bad pages', async () => {
    const tokens = await auth.logIn(await auth.createAccount());
    for (const query of ['page=0', 'count=101', 'count=1&count=2', 'page=1.5']) {
      expect(await sessionsOf(tokens, query)).toMatchObject({
        status: 400,
        json: { code: 'validation_failed' },
      });
    }
  });
});

describe('ending one session', () => {
  const end = (tokens: Tokens, id: number | string, headers: Record<string, string> = {}) =>
    auth.call('endSession', {
      pathParameters: { id: String(id) },
      headers: { ...bearer(tokens), ...headers },
    });

  test('ends it at once, once, and no other', async () => {
    const account = await auth.createAccount();
    const [kept, other] = [await auth.logIn(account), await auth.logIn(account)];
    const id = await currentId(other);
    expect(await end(kept, id)).toMatchObject({ status: 204, text: '', cookies: [] });
    await expectRevoked(other);
    expect((await sessionsOf(kept)).json).toHaveLength(1);
    expect(await end(kept, id)).toMatchObject({ status: 404, json: { code: 'not_found' } });
    expect(await auth.eventKinds(account.id)).toEqual(['login_ok', 'login_ok', 'session_ended']);
    const row = auth.db.selectFrom('user_sessions').select('end_reason').where('id', '=', id);
    expect(await row.executeTakeFirst()).toEqual({ end_reason: 'session_ended' });
  });

  test("another user's, an expired and an unknown one are not there", async () => {
    const [mine, theirs] = [
      await auth.logIn(await auth.createAccount()),
      await auth.logIn(await auth.createAccount()),
    ];
    const id = await currentId(theirs);
    expect(await end(mine, id)).toMatchObject({ status: 404 });
    expect((await sessionsOf(theirs)).status).toBe(200);
    await change(id, { refresh_expires_at: new Date(Date.now() - 1) });
    expect(await end(theirs, id)).toMatchObject({ status: 404 });
    expect(await end(mine, 4_000_000_000_000)).toMatchObject({ status: 404 });
    for (const bad of ['0', '01', 'x', '-1']) {
      expect(await end(mine, bad)).toMatchObject({ status: 400, json: { details: [{ field: 'id' }] } });
    }
    expect(await end(mine, 1, { 'x-auth-mode': 'maybe' })).toMatchObject({
      status: 400,
      json: { details: [{ field: 'X-Auth-Mode' }] },
    });
  });

  test('the calling one clears the cookies in cookie mode', async () => {
    const account = await auth.createAccount();
    for (const [headers, cookies] of [
      [{}, 2],
      [TOKEN_MODE, 0],
    ] as const) {
      const tokens = await auth.logIn(account);
      const answer = await end(tokens, await currentId(tokens), headers);
      expect(answer.status).toBe(204);
      expect(answer.cookies).toHaveLength(cookies);
      for (const cookie of answer.cookies) expect(cookie).toContain('Max-Age=0');
      await expectRevoked(tokens);
    }
  });
});

describe('signing out everywhere', () => {
  const everywhere = (account: TestAccount, count: number) =>
    Promise.all(Array.from({ length: count }, () => auth.logIn(account)));

  test('ends all sessions of the caller, at once, and nobody else’s', async () => {
    const account = await auth.createAccount();
    const stranger = await auth.logIn(await auth.createAccount());
    const [caller, ...others] = await everywhere(account, 4);
    if (!caller) throw new Error('no session');
    const answer = await auth.call('logoutAll', { headers: bearer(caller), body: 'not { json' });
    expect(answer.status).toBe(204);
    expect(answer.cookies.map((cookie) => cookie.split('=')[0])).toEqual(['access_token', 'refresh_token']);
    for (const tokens of [caller, ...others]) await expectRevoked(tokens);
    expect((await sessionsOf(stranger)).status).toBe(200);
    const again = await auth.logIn(account);
    expect((await sessionsOf(again)).json).toHaveLength(1);
    expect(await auth.eventKinds(account.id)).toEqual([
      ...Array(4).fill('login_ok'),
      'logout_all',
      'login_ok',
    ]);
  });

  test('leaves cookies alone in token mode', async () => {
    const tokens = await auth.logIn(await auth.createAccount());
    const answer = await auth.call('logoutAll', { headers: { ...bearer(tokens), ...TOKEN_MODE } });
    expect(answer).toMatchObject({ status: 204, cookies: [] });
  });

  test('asks a browser for its own origin', async () => {
    const { accessToken } = await auth.logIn(await auth.createAccount());
    const cookie = { cookie: `access_token=${accessToken}` };
    expect(await auth.call('logoutAll', { headers: cookie })).toMatchObject({
      status: 403,
      json: { code: 'csrf_rejected' },
    });
    expect((await auth.call('logoutAll', { headers: { ...cookie, ...SAME_ORIGIN } })).status).toBe(204);
  });

  test('a refresh that races with it leaves no live session', async () => {
    const account = await auth.createAccount();
    const all = await everywhere(account, 6);
    const [caller] = all;
    if (!caller) throw new Error('no session');
    const answers = await Promise.all([
      auth.call('logoutAll', { headers: bearer(caller) }),
      ...all.map((tokens) => refresh(tokens)),
    ]);
    expect(answers[0].status).toBe(204);
    for (const answer of answers.slice(1)) {
      if (answer.status === 200) await expectRevoked(answer.json);
      else expect(answer).toMatchObject({ status: 401 });
    }
  });
});
