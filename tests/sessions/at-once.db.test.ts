import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { type AuthHarness, openAuthHarness } from '#functions/auth/testing/auth-harness.ts';
import { PASSWORD, type SignedIn } from '#functions/auth/testing/fixtures.ts';
import { readAccessToken } from '#shared/auth/access-token.ts';
import { openRedisLine, type RedisLine } from './redis-line.ts';
import { openAdmin, openVictim, REVOCATIONS, type Revocation, refresh, type Victim } from './revocations.ts';

const NAMED = REVOCATIONS.map((revocation) => [revocation.name, revocation] as const);

let line: RedisLine;
let world: AuthHarness;
let admin: SignedIn;
beforeAll(async () => {
  line = await openRedisLine();
  world = await openAuthHarness(line.environment);
  admin = await openAdmin(world);
});
afterAll(async () => {
  await world.close();
  await line.close();
});

const use = (path: string, { headers }: SignedIn) => world.call(`GET ${path}`, { headers });
/** The victim's sessions that the revocation ends, and those that it spares. */
const parted = ({ ends }: Revocation, { session, other }: Victim): [SignedIn[], SignedIn[]] =>
  ends === 'all' ? [[session, other], []] : [[session], [other]];
const revoke = async ({ revoke, status = 204 }: Revocation, victim: Victim): Promise<void> => {
  expect((await revoke(world, victim)).status).toBe(status);
};

describe('the very next request fails', () => {
  test.each(NAMED)('after %s', async (_name, revocation) => {
    const victim = await openVictim(world, admin, revocation);
    for (const session of [victim.session, victim.other]) {
      expect((await use('/profile', session)).status).toBe(200);
    }
    await revoke(revocation, victim);
    const [ended, spared] = parted(revocation, victim);
    for (const session of ended) {
      for (const path of ['/profile', '/profile/settings', '/profile/sessions', '/profile/export']) {
        expect(await use(path, session)).toMatchObject({ status: 401, json: { code: 'invalid_token' } });
      }
      const cookie = { headers: { cookie: `access_token=${session.accessToken}` } };
      expect((await world.call('GET /profile', cookie)).status).toBe(401);
      expect(await refresh(world, session.refreshToken)).toMatchObject({
        status: 401,
        json: { code: 'invalid_token' },
      });
    }
    for (const session of spared) {
      expect((await use('/profile', session)).status).toBe(200);
      expect((await refresh(world, session.refreshToken)).status).toBe(200);
    }
  });

  test('a session that is opened afterwards lives', async () => {
    for (const revocation of REVOCATIONS.filter(({ keepsPassword }) => keepsPassword)) {
      const victim = await openVictim(world, admin, revocation);
      await revoke(revocation, victim);
      const next = await world.logIn(victim.account);
      expect((await use('/profile', next)).status, revocation.name).toBe(200);
      expect((await refresh(world, next.refreshToken)).status).toBe(200);
    }
  });
});

describe('while Redis is unavailable', () => {
  afterEach(() => line.mend());

  test.each(NAMED)(
    '%s ends all refreshing at once, and access when the token expires',
    async (_, revocation) => {
      const victim = await openVictim(world, admin, revocation);
      line.cut();
      await revoke(revocation, victim);
      const [ended, spared] = parted(revocation, victim);
      for (const { accessToken, refreshToken } of ended) {
        expect((await refresh(world, refreshToken)).status).toBe(401);
        const { exp } = JSON.parse(Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString());
        expect(exp * 1_000 - Date.now()).toBeLessThanOrEqual(world.config.JWT_ACCESS_TOKEN_EXPIRY);
        expect(await readAccessToken(accessToken, world.config, new Date(exp * 1_000))).toBeUndefined();
      }
      for (const session of spared) {
        expect((await use('/profile', session)).status).toBe(200);
        expect((await refresh(world, session.refreshToken)).status).toBe(200);
      }
      line.mend();
      // The mark is tried again until it can be written.
      await vi.waitFor(
        async () => {
          for (const session of ended) expect((await use('/profile', session)).status).toBe(401);
        },
        { timeout: 10_000, interval: 50 },
      );
    },
  );

  test('whoever is erased meanwhile is told so by other domains too', async () => {
    const [tutor, other] = [await world.createAccount({ role: 2 }), await world.createAccount({ role: 2 })];
    const { headers } = await world.logIn(tutor);
    line.cut();
    const erased = await world.call('DELETE /profile', { headers, body: { password: PASSWORD } });
    expect(erased.status).toBe(204);
    const body = { mediaType: 'lesson_doc', filename: 'lesson.pdf', size: 10 };
    const upload = (given: Record<string, string>) =>
      world.call('POST /media/uploads', { headers: { ...given, 'idempotency-key': 'late' }, body });
    expect(await upload({ ...headers })).toMatchObject({ status: 401, json: { code: 'invalid_token' } });
    expect((await upload({ ...(await world.logIn(other)).headers })).status).toBe(201);
  });

  test('everything else works', async () => {
    const account = await world.createAccount();
    line.cut();
    const first = await world.logIn(account);
    const refreshed = await refresh(world, first.refreshToken);
    expect(refreshed.status).toBe(200);
    const session = { headers: { authorization: `Bearer ${refreshed.json.accessToken}` } };
    const call = async (operation: string, body?: object) =>
      (await world.call(operation, body ? { ...session, body } : session)).status;
    expect({
      profile: await call('GET /profile'),
      settings: await call('PATCH /profile/settings', { newWordCount: 12 }),
      sessions: await call('GET /profile/sessions'),
      flag: await call('PUT /profile/repeat-flag', { flag: 'repeat' }),
      export: await call('GET /profile/export'),
      forgot: await call('POST /auth/forgot-password', { email: account.email }),
      wrong: await call('DELETE /profile', { password: 'wrong' }),
      out: await call('POST /auth/logout'),
      trusted: await call('GET /profile'),
      erased: await call('DELETE /profile', { password: PASSWORD }),
      gone: await call('GET /profile'),
    }).toEqual({
      profile: 200,
      settings: 204,
      sessions: 200,
      flag: 204,
      export: 200,
      forgot: 202,
      wrong: 401,
      out: 204,
      // Nobody can ask for the mark now, so the token alone counts (auth.md R14).
      trusted: 200,
      erased: 204,
      gone: 401,
    });
  });
});
