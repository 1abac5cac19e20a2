import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type AuthHarness, openAuthHarness } from '#functions/auth/testing/auth-harness.ts';
import type { SignedIn } from '#functions/auth/testing/fixtures.ts';
import type { AccessClaims } from '#shared/auth/access-token.ts';
import { rebuildMarks } from '#shared/auth/rebuild-marks.ts';
import { readMarks } from '#shared/auth/revocation.ts';
import { closeResources, openResources } from '#shared/host/resources.ts';
import { type OwnRedis, openOwnRedis } from './own-redis.ts';
import { openAdmin, openVictim, REVOCATIONS, sessionIdOf, type Victim } from './revocations.ts';

let redis: OwnRedis;
let world: AuthHarness;
let admin: SignedIn;
beforeAll(async () => {
  redis = await openOwnRedis();
  world = await openAuthHarness({ AUTH_THROTTLE: 'off', ...redis.environment });
});
afterAll(async () => {
  await world.close();
  await redis.close();
});
beforeEach(async () => {
  admin = await openAdmin(world);
  await isComplete();
});

const flush = () => redis.command('FLUSHALL');
const claimsOf = (userId: number, session: SignedIn): AccessClaims => ({
  userId,
  role: 1,
  sessionId: sessionIdOf(session),
});
const marked = (claims: AccessClaims) => readMarks(world, claims);
const profile = async ({ headers }: SignedIn) => (await world.call('GET /profile', { headers })).status;

/** Waits until tokens are trusted again; requests are what sets that off. */
const isComplete = async (): Promise<void> => {
  const nobody: AccessClaims = { userId: 4_000_000_000, role: 1, sessionId: 4_000_000_000 };
  for (let tries = 0; (await marked(nobody)) !== 'unmarked'; tries++) {
    if (tries > 200) throw new Error('the marks are not rebuilt');
    await profile(admin);
    await sleep(50);
  }
};

const ended = ({ session, other }: Victim, ends: (typeof REVOCATIONS)[number]['ends']): SignedIn[] =>
  ends === 'all' ? [session, other] : [session];

describe.each(REVOCATIONS)('$name', (revocation) => {
  test('holds when Redis is flushed right after, before and after the marks are rebuilt', async () => {
    const victim = await openVictim(world, admin, revocation);
    expect((await revocation.revoke(world, victim)).status).toBe(revocation.status ?? 204);
    await flush();
    const over = ended(victim, revocation.ends);
    const answers = await Promise.all(over.flatMap((session) => [profile(session), profile(session)]));
    expect(answers).toEqual(answers.map(() => 401));
    await isComplete();
    for (const session of over) {
      expect(await marked(claimsOf(victim.account.id, session))).toBe('ended');
      expect(await profile(session)).toBe(401);
    }
    if (revocation.ends !== 'all') expect(await profile(victim.other)).toBe(200);
    expect(await profile(admin)).toBe(200);
  });
});

test('a mark outlives the tokens that it concerns, not by much', async () => {
  const account = await world.createAccount();
  const session = await world.logIn(account);
  await world.call('POST /auth/logout', { headers: session.headers });
  await flush();
  await isComplete();
  const key = `${world.config.REDIS_PREFIX}:ended:session:${sessionIdOf(session)}`;
  const rest = await world.redis.pttl(key);
  expect(rest).toBeGreaterThan(world.config.JWT_ACCESS_TOKEN_EXPIRY);
  expect(rest).toBeLessThan(2 * world.config.JWT_ACCESS_TOKEN_EXPIRY);
});

test.each([
  ['without its data', false],
  ['with data from before the last mark', true],
])('a Redis that was started again %s revives nobody', async (_name, keepsData) => {
  const account = await world.createAccount();
  const session = await world.logIn(account);
  const other = await world.logIn(account);
  await world.call('POST /auth/logout', { headers: session.headers });
  const claims = claimsOf(account.id, session);
  expect(await marked(claims)).toBe('ended');
  await world.redis.del(`${world.config.REDIS_PREFIX}:ended:session:${claims.sessionId}`);
  await redis.restart({ keepsData });
  for (let tries = 0; (await marked(claims)) === 'away'; tries++) {
    if (tries > 200) throw new Error('Redis does not come back');
    await sleep(50);
  }
  expect(await profile(session)).toBe(401);
  await isComplete();
  expect(await marked(claims)).toBe('ended');
  expect(await profile(session)).toBe(401);
  expect(await profile(other)).toBe(200);
});

test('a mark that its process could not write any more is written by the next that connects', async () => {
  const account = await world.createAccount();
  const session = await world.logIn(account);
  const claims = claimsOf(account.id, session);
  // As a process that died between its commit and the mark.
  await sql`UPDATE user_sessions SET ended_at = UTC_TIMESTAMP(3) WHERE id = ${claims.sessionId}`.execute(
    world.db,
  );
  expect(await marked(claims)).toBe('unmarked');
  world.redis.disconnect(true);
  for (let tries = 0; (await marked(claims)) !== 'ended'; tries++) {
    if (tries > 100) throw new Error('the mark is not written');
    await profile(admin);
    await sleep(50);
  }
  expect(await profile(session)).toBe(401);
});

test('more marks than a batch are rebuilt', async () => {
  const account = await world.createAccount();
  const session = await world.logIn(account);
  const { sessionId } = claimsOf(account.id, session);
  await sql`INSERT INTO user_sessions
      (user_id, network, last_used_at, refresh_expires_at, absolute_expires_at, ended_at, created_at)
    SELECT ${account.id}, '', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3), UTC_TIMESTAMP(3), UTC_TIMESTAMP(3), UTC_TIMESTAMP(3)
    FROM seq_1_to_2500`.execute(world.db);
  await flush();
  expect(await rebuildMarks(world)).toBe(true);
  const { rows } = await sql<{ id: number }>`
    SELECT id FROM user_sessions WHERE user_id = ${account.id} AND ended_at IS NOT NULL`.execute(world.db);
  expect(rows).toHaveLength(2_500);
  for (const { id } of rows)
    expect(await marked({ userId: account.id, role: 1, sessionId: id })).toBe('ended');
  expect(await marked({ userId: account.id, role: 1, sessionId })).toBe('unmarked');
});

test('of several processes one rebuilds', async () => {
  const others = await Promise.all([openResources(world.config), openResources(world.config)]);
  try {
    await flush();
    const results = await Promise.all([world, ...others].map((each) => rebuildMarks(each)));
    expect(results.filter((isDone) => isDone)).toHaveLength(1);
  } finally {
    await Promise.all(others.map(closeResources));
  }
});

test('a flush in the middle of the rebuilding leaves the marks uncertain', async () => {
  await flush();
  let flushed = false;
  const db = new Proxy(world.db, {
    get: (target, name) => {
      if (name !== 'getExecutor') return Reflect.get(target, name, target);
      // On the same connection, so between the lock and the marks.
      if (!flushed) void world.redis.flushall();
      flushed = true;
      return () => target.getExecutor();
    },
  });
  expect(await rebuildMarks({ ...world, db })).toBe(false);
  expect(flushed).toBe(true);
  expect(await marked({ userId: 1, role: 1, sessionId: 4_000_000_000 })).toBe('uncertain');
  await isComplete();
});

test('a token of a live session passes all the while', async () => {
  const session = await world.logIn(await world.createAccount());
  for (let round = 0; round < 5; round++) {
    await flush();
    const answers = await Promise.all(Array.from({ length: 10 }, () => profile(session)));
    expect(answers).toEqual(answers.map(() => 200));
  }
});
