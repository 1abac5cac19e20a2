import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type AuthHarness, openAuthHarness } from '#functions/auth/testing/auth-harness.ts';
import { PASSWORD } from '#functions/auth/testing/fixtures.ts';

let world: AuthHarness;
beforeAll(async () => {
  world = await openAuthHarness();
});
afterAll(() => world.close());
beforeEach(async () => {
  await sql`DELETE FROM users`.execute(world.db);
  await sql`DELETE FROM auth_events`.execute(world.db);
});

const signUp = async (role: 1 | 2 | 3 = 1) => {
  const account = await world.createAccount({ role });
  return { ...account, ...(await world.logIn(account)) };
};
type Person = Awaited<ReturnType<typeof signUp>>;
const eraseOwn = ({ headers }: Person, password: unknown = PASSWORD) =>
  world.call('DELETE /profile', { headers, body: { password } });
const eraseOther = ({ headers }: Person, id: number | string) =>
  world.call(`DELETE /admin/users/${id}`, { headers });
const exists = async ({ id }: { id: number }): Promise<boolean> => {
  const { rows } = await sql`SELECT id FROM users WHERE id = ${id}`.execute(world.db);
  return rows.length > 0;
};
const erasures = async () =>
  (
    await sql<{ user_id: number | null; actor_id: number | null; network: string | null }>`
      SELECT user_id, actor_id, network, user_agent FROM auth_events WHERE kind = 'erase' ORDER BY id`.execute(
      world.db,
    )
  ).rows;

describe('DELETE /profile', () => {
  test('erases the caller; the event that stays names nobody; name and address are free', async () => {
    const person = await signUp();
    const answer = await eraseOwn(person);
    expect(answer).toMatchObject({ status: 204, text: '', cookies: [] });
    expect(answer.headers['ratelimit-policy']).toContain('"login-account-network";q=10;w=900');
    expect(await exists(person)).toBe(false);
    expect(await erasures()).toEqual([{ user_id: null, actor_id: null, network: null, user_agent: null }]);
    const { email, username } = person;
    const again = { email, username, password: 'another fine pass phrase' };
    expect((await world.call('POST /auth/register', { body: again })).status).toBe(201);
  });

  test('clears both cookies in cookie mode', async () => {
    const { accessToken } = await signUp();
    const answer = await world.call('DELETE /profile', {
      headers: { cookie: `access_token=${accessToken}`, 'sec-fetch-site': 'same-origin' },
      body: { password: PASSWORD },
    });
    expect(answer).toMatchObject({
      status: 204,
      cookies: [
        expect.stringContaining('access_token=; Path=/; Max-Age=0'),
        expect.stringContaining('refresh_token=; Path=/api/v6/auth; Max-Age=0'),
      ],
    });
  });

  test.each([
    [{}, 400, 'validation_failed'],
    [{ password: '' }, 400, 'validation_failed'],
    [{ password: 1 }, 400, 'validation_failed'],
    [{ password: 'x'.repeat(1_025) }, 400, 'validation_failed'],
    [[], 400, 'malformed_request'],
    [{ password: 'wrong' }, 401, 'invalid_credentials'],
    [{ password: ` ${PASSWORD}` }, 401, 'invalid_credentials'],
  ])('refuses %j', async (body, status, code) => {
    const person = await signUp();
    const answer = await world.call('DELETE /profile', { headers: person.headers, body });
    expect(answer).toMatchObject({ status, json: { code } });
    expect(await exists(person)).toBe(true);
    expect(await erasures()).toEqual([]);
  });

  test('refuses callers that have not signed in, and a foreign page', async () => {
    const { accessToken } = await signUp();
    const body = { password: PASSWORD };
    expect(await world.call('DELETE /profile', { body })).toMatchObject({
      status: 401,
      json: { code: 'unauthenticated' },
    });
    const cookie = { cookie: `access_token=${accessToken}` };
    expect(await world.call('DELETE /profile', { body, headers: cookie })).toMatchObject({
      status: 403,
      json: { code: 'csrf_rejected' },
    });
  });

  test('wrong passwords are limited like failed logins', async () => {
    const person = await signUp();
    for (let times = 0; times < 10; times++) expect((await eraseOwn(person, 'wrong')).status).toBe(401);
    expect(await eraseOwn(person)).toMatchObject({ status: 429, json: { code: 'rate_limited' } });
    expect(await exists(person)).toBe(true);
  });

  test('the last active admin stays; a wrong password is told first', async () => {
    const [admin] = [await signUp(3), await world.createAccount({ role: 3, state: 'disabled' })];
    expect(await eraseOwn(admin, 'wrong')).toMatchObject({ status: 401 });
    expect(await eraseOwn(admin)).toMatchObject({ status: 409, json: { code: 'last_admin' } });
    expect(await exists(admin)).toBe(true);
    await world.createAccount({ role: 3 });
    expect((await eraseOwn(admin)).status).toBe(204);
  });

  test('the same call twice at once erases once', async () => {
    const person = await signUp();
    const answers = await Promise.all([eraseOwn(person), eraseOwn(person), eraseOwn(person)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 401, 401]);
    expect(await erasures()).toHaveLength(1);
  });
});

describe('DELETE /admin/users/{id}', () => {
  test('erases the account, of any state, and keeps who did it', async () => {
    const admin = await signUp(3);
    const [learner, disabled] = [await signUp(), await world.createAccount({ state: 'disabled' })];
    for (const { id } of [learner, disabled]) expect((await eraseOther(admin, id)).status).toBe(204);
    expect(await exists(learner)).toBe(false);
    expect(await exists(disabled)).toBe(false);
    const event = { user_id: null, actor_id: admin.id, network: null, user_agent: null };
    expect(await erasures()).toEqual([event, event]);
    expect((await world.call('GET /profile', { headers: learner.headers })).status).toBe(401);
  });

  test.each([
    ['0', 400, 'validation_failed'],
    ['x', 400, 'validation_failed'],
    ['4294967295', 404, 'not_found'],
  ])('answers %s with %i %s', async (id, status, code) => {
    expect(await eraseOther(await signUp(3), id)).toMatchObject({ status, json: { code } });
  });

  test.each([1, 2] as const)('refuses role %i and whoever has not signed in', async (role) => {
    const person = await signUp();
    expect(await eraseOther(await signUp(role), person.id)).toMatchObject({ status: 403 });
    expect(await world.call(`DELETE /admin/users/${person.id}`)).toMatchObject({ status: 401 });
    expect(await exists(person)).toBe(true);
  });

  test('your own account is a conflict, also for the last admin', async () => {
    const admin = await signUp(3);
    expect(await eraseOther(admin, admin.id)).toMatchObject({ status: 409, json: { code: 'conflict' } });
    expect(await exists(admin)).toBe(true);
  });

  test('an admin who is none any more erases nobody', async () => {
    const [former, person] = [await signUp(3), await signUp()];
    await world.createAccount({ role: 3 });
    await sql`UPDATE users SET role = 1 WHERE id = ${former.id}`.execute(world.db);
    expect(await eraseOther(former, person.id)).toMatchObject({
      status: 401,
      json: { code: 'invalid_token' },
    });
    expect(await exists(person)).toBe(true);
  });
});

describe('admins who remove each other at the same moment', () => {
  const ROUNDS = 10;
  const remaining = async () =>
    Number((await sql<{ n: number }>`SELECT COUNT(*) AS n FROM users`.execute(world.db)).rows[0]?.n);

  test.each([2, 3])('of %i admins exactly one of two succeeds', async (admins) => {
    for (let round = 0; round < ROUNDS; round++) {
      await sql`DELETE FROM users`.execute(world.db);
      const [one, two] = [await signUp(3), await signUp(3)];
      for (let more = 2; more < admins; more++) await world.createAccount({ role: 3 });
      const answers = await Promise.all([eraseOther(one, two.id), eraseOther(two, one.id)]);
      const statuses = answers.map(({ status }) => status).sort();
      expect(statuses[0]).toBe(204);
      expect([401, 409]).toContain(statuses[1]);
      expect(await remaining()).toBe(admins - 1);
    }
  });

  test('of two who erase themselves one stays', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      await sql`DELETE FROM users`.execute(world.db);
      const pair = [await signUp(3), await signUp(3)];
      const answers = await Promise.all(pair.map((admin) => eraseOwn(admin)));
      expect(answers.map(({ status }) => status).sort()).toEqual([204, 409]);
      expect(await remaining()).toBe(1);
    }
  });
});
