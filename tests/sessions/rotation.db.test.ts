import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AuthHarness, openAuthHarness } from '#functions/auth/testing/auth-harness.ts';
import type { SignedIn } from '#functions/auth/testing/fixtures.ts';
import { passGrace, refresh, sessionIdOf } from './revocations.ts';
import { ROUNDS_TIMEOUT_MS, rounds } from './rounds.ts';

const ROUNDS = rounds(100, 5);
const PARALLEL = 50;

let world: AuthHarness;
beforeAll(async () => {
  world = await openAuthHarness();
});
afterAll(() => world.close());

const profile = async (accessToken: string): Promise<number> =>
  (await world.call('GET /profile', { headers: { authorization: `Bearer ${accessToken}` } })).status;
const sessionsOf = async (userId: number) =>
  (
    await sql<{ id: number; ended_at: Date | null; end_reason: string | null }>`
      SELECT id, ended_at, end_reason FROM user_sessions WHERE user_id = ${userId}`.execute(world.db)
  ).rows;
const exchanged = async (sessionId: number): Promise<number> => {
  const { rows } = await sql`SELECT id FROM refresh_tokens
    WHERE session_id = ${sessionId} AND rotated_at IS NOT NULL`.execute(world.db);
  return rows.length;
};

/** Refreshes one token many times at once; every answer must be new tokens of the same session. */
const stampede = async ({ refreshToken, accessToken }: SignedIn): Promise<SignedIn[]> => {
  const answers = await Promise.all(Array.from({ length: PARALLEL }, () => refresh(world, refreshToken)));
  expect(answers.map(({ status }) => status)).toEqual(Array(PARALLEL).fill(200));
  const tokens = answers.map(({ json }) => json as SignedIn);
  expect(new Set(tokens.map((each) => each.refreshToken)).size).toBe(PARALLEL);
  expect(new Set(tokens.map(sessionIdOf))).toEqual(new Set([sessionIdOf({ accessToken })]));
  return tokens;
};

test(`${PARALLEL} refreshes of one token at once, ${ROUNDS} times: everybody keeps a working session, one family`, {
  timeout: ROUNDS_TIMEOUT_MS,
}, async () => {
  for (let round = 0; round < ROUNDS; round++) {
    const account = await world.createAccount();
    const first = await world.logIn(account);
    const sessionId = sessionIdOf(first);
    const tokens = await stampede(first);
    expect(await exchanged(sessionId)).toBe(1);
    const next = await Promise.all(tokens.map(({ refreshToken }) => refresh(world, refreshToken)));
    expect(next.map(({ status }) => status)).toEqual(Array(PARALLEL).fill(200));
    const works = await Promise.all(next.map(({ json }) => profile(json.accessToken)));
    expect(works).toEqual(Array(PARALLEL).fill(200));
    expect(await sessionsOf(account.id)).toMatchObject([{ id: sessionId, ended_at: null }]);

    await passGrace(world, sessionId);
    // A replay ends the family for everybody, whoever holds which token of it.
    const stolen = round % 2 === 0 ? first.refreshToken : (tokens[0]?.refreshToken ?? '');
    expect(await refresh(world, stolen)).toMatchObject({ status: 401, json: { code: 'invalid_token' } });
    expect(await sessionsOf(account.id)).toMatchObject([{ id: sessionId, end_reason: 'replay' }]);
    const late = await Promise.all(
      next.flatMap(({ json }) => [
        profile(json.accessToken),
        refresh(world, json.refreshToken).then(({ status }) => status),
      ]),
    );
    expect(new Set(late)).toEqual(new Set([401]));
  }
});
