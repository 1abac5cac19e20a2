import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AuthHarness, openAuthHarness } from '#functions/auth/testing/auth-harness.ts';
import { PASSWORD, type SignedIn } from '#functions/auth/testing/fixtures.ts';
import type { TestResponse } from '#shared/testing/invoke.ts';
import { openAdmin, openVictim, REVOCATIONS, type Revocation, refresh, type Victim } from './revocations.ts';
import { ROUNDS_TIMEOUT_MS, rounds } from './rounds.ts';

const ROUNDS = rounds(200, 10);
const REFRESHES = 6;
const LOGINS = 3;

let world: AuthHarness;
let admin: SignedIn;
beforeAll(async () => {
  world = await openAuthHarness({ AUTH_THROTTLE: 'off' });
  admin = await openAdmin(world);
});
afterAll(() => world.close());

const logIn = ({ account }: Victim): Promise<TestResponse> =>
  world.call('POST /auth/login', {
    headers: { 'x-auth-mode': 'token' },
    body: { login: account.email, password: PASSWORD },
  });
const use = (accessToken: string): Promise<TestResponse> =>
  world.call('GET /profile', { headers: { authorization: `Bearer ${accessToken}` } });
const liveSessions = async ({ account }: Victim): Promise<number> => {
  const { rows } = await sql`
    SELECT id FROM user_sessions WHERE user_id = ${account.id} AND ended_at IS NULL`.execute(world.db);
  return rows.length;
};
const tokensOf = (answers: readonly TestResponse[]): SignedIn[] =>
  answers.filter(({ status }) => status === 200).map(({ json }) => json);

/** Starts the revocation and `count` other calls at once, in an order that changes from round to round. */
const race = async (
  round: number,
  revocation: Revocation,
  count: number,
  other: (victim: Victim) => Promise<TestResponse>,
): Promise<{ victim: Victim; answers: TestResponse[] }> => {
  const victim = await openVictim(world, admin, revocation);
  const position = round % (count + 1);
  const start = (length: number) => Array.from({ length }, () => other(victim));
  const before = start(position);
  const revoked = revocation.revoke(world, victim);
  const after = start(count - position);
  expect((await revoked).status).toBe(revocation.status ?? 204);
  return { victim, answers: await Promise.all([...before, ...after]) };
};

/** No token of a session that ended gets through, whenever it was issued. */
const expectDead = async (
  tokens: readonly Pick<SignedIn, 'accessToken' | 'refreshToken'>[],
): Promise<void> => {
  for (const { accessToken, refreshToken } of tokens) {
    expect((await use(accessToken)).status).toBe(401);
    expect((await refresh(world, refreshToken)).status).toBe(401);
  }
};

describe(`a refresh that races leaves no survivor, ${ROUNDS} times`, () => {
  test.each(REVOCATIONS.map((each) => [each.name, each] as const))(
    'with %s',
    { timeout: ROUNDS_TIMEOUT_MS },
    async (_name, revocation) => {
      let refreshed = 0;
      for (let round = 0; round < ROUNDS; round++) {
        const { victim, answers } = await race(round, revocation, REFRESHES, ({ session }) =>
          refresh(world, session.refreshToken),
        );
        const tokens = tokensOf(answers);
        refreshed += tokens.length;
        await expectDead([victim.session, ...tokens]);
        expect(await liveSessions(victim)).toBe(revocation.ends === 'all' ? 0 : 1);
      }
      // If all had come too late there would have been no race.
      expect(refreshed).toBeGreaterThan(0);
    },
  );
});

describe(`a login that races leaves no survivor, ${ROUNDS} times`, () => {
  const resetting = REVOCATIONS.filter(({ keepsPassword }) => !keepsPassword);
  test.each(resetting.map((each) => [each.name, each] as const))(
    'with %s, after which its password opens nothing',
    { timeout: ROUNDS_TIMEOUT_MS },
    async (_name, revocation) => {
      for (let round = 0; round < ROUNDS; round++) {
        const { victim, answers } = await race(round, revocation, LOGINS, logIn);
        for (const { status } of answers) expect([200, 401]).toContain(status);
        await expectDead(tokensOf(answers));
        expect(await liveSessions(victim)).toBe(revocation.ends === 'all' ? 0 : 1);
        expect((await logIn(victim)).status).toBe(401);
      }
    },
  );

  const ending = REVOCATIONS.filter(({ keepsPassword, ends }) => keepsPassword && ends === 'all');
  test.each(ending.map((each) => [each.name, each] as const))(
    'with %s, unless it came after',
    { timeout: ROUNDS_TIMEOUT_MS },
    async (_name, revocation) => {
      for (let round = 0; round < ROUNDS; round++) {
        const { victim, answers } = await race(round, revocation, LOGINS, logIn);
        expect(answers.map(({ status }) => status)).toEqual(Array(LOGINS).fill(200));
        await expectDead([victim.session, victim.other]);
        const { rows } = await sql<{ role: number }>`
          SELECT role FROM users WHERE id = ${victim.account.id}`.execute(world.db);
        let survivors = 0;
        for (const { accessToken, refreshToken } of tokensOf(answers)) {
          const answer = await use(accessToken);
          const alive = answer.status === 200;
          expect((await refresh(world, refreshToken)).status).toBe(alive ? 200 : 401);
          if (!alive) continue;
          survivors += 1;
          const claims = JSON.parse(Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString());
          expect(claims.role).toBe(rows[0]?.role);
        }
        expect(await liveSessions(victim)).toBe(survivors);
      }
    },
  );
});
