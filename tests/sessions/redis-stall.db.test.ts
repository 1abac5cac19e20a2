import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AuthHarness, openAuthHarness } from '#functions/auth/testing/auth-harness.ts';
import { PASSWORD } from '#functions/auth/testing/fixtures.ts';
import { redisAway } from '#functions/auth/testing/redis-away.ts';
import { callOperation } from '#shared/testing/operations.ts';
import { type OwnRedis, openOwnRedis } from './own-redis.ts';

const PAUSE_MS = 6_000;
/** Of the limit for an account from one network. */
const LIMIT = 10;

let redis: OwnRedis;
let world: AuthHarness;
beforeAll(async () => {
  redis = await openOwnRedis();
  world = await openAuthHarness(redis.environment);
});
afterAll(async () => {
  await world.close();
  await redis.close();
});

let places = 0;
const newPlace = (): string => `10.9.${places++}.7`;
const logIn = (login: string, password: string, address: string) =>
  callOperation('POST /api/v6/auth/login', { body: { login, password }, address });
const count = (answers: readonly { status: number }[], wanted: number): number =>
  answers.filter(({ status }) => status === wanted).length;

describe('a Redis that stalls', () => {
  test('makes 14 parallel wrong logins 401 or 429, and the right password holds when it is over', {
    timeout: 40_000,
  }, async () => {
    const { email } = await world.createAccount();
    const place = newPlace();
    const endsAt = performance.now() + PAUSE_MS;
    await redis.command('CLIENT', 'PAUSE', PAUSE_MS);
    const answers = await Promise.all(Array.from({ length: 14 }, () => logIn(email, 'wrong', place)));
    expect([count(answers, 401), count(answers, 429)]).toEqual([LIMIT, 14 - LIMIT]);
    // Answers only once the pause is over, and after all that was sent before.
    await world.redis.ping().catch(() => undefined);
    await redis.command('PING');
    expect(performance.now()).toBeGreaterThanOrEqual(endsAt - 100);
    const startedAt = performance.now();
    expect((await logIn(email, PASSWORD, place)).status).toBe(200);
    // No reservation from the stall stands in the way; one would for as long as a request may take.
    expect(performance.now() - startedAt).toBeLessThan(world.config.REQUEST_TIMEOUT_SECONDS * 500);
  });

  test('does not lose what was counted before', { timeout: 40_000 }, async () => {
    const { email } = await world.createAccount();
    const place = newPlace();
    for (let tries = 0; tries < LIMIT; tries++) expect((await logIn(email, 'wrong', place)).status).toBe(401);
    await redis.command('CLIENT', 'PAUSE', 1_500);
    await logIn(email, 'wrong', place);
    await redis.command('PING');
    expect((await logIn(email, PASSWORD, place)).status).toBe(429);
  });
});

test('14 parallel wrong logins are 401 or 429 while Redis answers, and while it is unavailable', async () => {
  const { email } = await world.createAccount();
  const place = newPlace();
  const answers = await Promise.all(Array.from({ length: 14 }, () => logIn(email, 'wrong', place)));
  expect([count(answers, 401), count(answers, 429)]).toEqual([LIMIT, 14 - LIMIT]);
});

describe('while Redis is unavailable', () => {
  let lonely: AuthHarness;
  beforeAll(async () => {
    lonely = await openAuthHarness({ AUTH_THROTTLE: 'off', ...(await redisAway()) });
  });
  afterAll(() => lonely.close());

  test.each([
    ['demoted', 'role', 2],
    ['disabled', 'disabled_at', new Date()],
  ] as const)(
    'an admin who was %s reads until the token expires and changes nothing',
    async (_name, column, value) => {
      const account = await lonely.createAccount({ role: 3 });
      const { headers } = await lonely.logIn(account);
      const preview = () => lonely.call('POST /admin/email-templates/1/preview', { headers, body: {} });
      expect((await preview()).status).not.toBe(401);
      await lonely.db
        .updateTable('users')
        .set({ [column]: value })
        .where('id', '=', account.id)
        .execute();
      // The guard itself asks the database: this one has no transaction that could.
      expect(await preview()).toMatchObject({ status: 401, json: { code: 'invalid_token' } });
      expect((await lonely.call('GET /admin/users', { headers })).status).toBe(200);
    },
  );

  test('a session that ended is no way to administrate', async () => {
    const account = await lonely.createAccount({ role: 3 });
    const { headers } = await lonely.logIn(account);
    expect((await lonely.call('POST /auth/logout', { headers })).status).toBe(204);
    const body = { email: 'new@example.com', username: 'newcomer', password: 'a fine pass phrase', role: 3 };
    expect((await lonely.call('POST /admin/users', { headers, body })).status).toBe(401);
  });
});
