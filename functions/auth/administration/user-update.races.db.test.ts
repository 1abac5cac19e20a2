import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createAdmin, type SignedInAdmin } from '../testing/admin-test.ts';
import { type AuthHarness, openAuthHarness } from '../testing/auth-harness.ts';
import { PASSWORD } from '../testing/fixtures.ts';

const ROUNDS = 8;

let auth: AuthHarness;
beforeAll(async () => {
  auth = await openAuthHarness({ AUTH_THROTTLE: 'off' });
});
afterAll(() => auth.close());
beforeEach(async () => {
  await auth.db.deleteFrom('users').execute();
});

const activeAdmins = async () =>
  (
    await auth.db.selectFrom('users').select('id').where('role', '=', 3).where('active', '=', 1).execute()
  ).map(({ id }) => id);

const demote = (by: SignedInAdmin, whom: SignedInAdmin) =>
  by.call('updateUser', { id: whom.id, body: { role: 1 } });
const disable = (by: SignedInAdmin, whom: SignedInAdmin) =>
  by.call('updateUser', { id: whom.id, body: { active: false } });

describe('two admins at the same moment (auth.md R27)', () => {
  test.each([
    ['demote each other', demote, demote],
    ['disable each other', disable, disable],
    ['demote and disable each other', demote, disable],
  ])('%s: exactly one succeeds', async (_name, first, second) => {
    for (const others of [0, 1]) {
      for (let round = 0; round < ROUNDS; round++) {
        await auth.db.deleteFrom('users').execute();
        for (let other = 0; other < others; other++) await auth.createAccount({ role: 3 });
        const [ann, bob] = [await createAdmin(auth), await createAdmin(auth)];
        const answers = await Promise.all([first(ann, bob), second(bob, ann)]);
        expect(answers.map(({ status }) => status).filter((status) => status === 204)).toHaveLength(1);
        const refused = answers.find(({ status }) => status !== 204);
        expect(['last_admin', 'invalid_token']).toContain(refused?.json.code);
        expect(await activeAdmins()).toHaveLength(1 + others);
      }
    }
  });

  test('a ring of admins who demote their neighbours keeps one', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      await auth.db.deleteFrom('users').execute();
      const ring = [await createAdmin(auth), await createAdmin(auth), await createAdmin(auth)];
      const answers = await Promise.all(
        ring.map((admin, index) => demote(admin, ring[(index + 1) % ring.length] ?? admin)),
      );
      const left = await activeAdmins();
      expect(left.length).toBeGreaterThan(0);
      expect(left).toHaveLength(ring.length - answers.filter(({ status }) => status === 204).length);
    }
  });

  test('the last one is kept, whatever else the call changes', async () => {
    const [ann, bob] = [await createAdmin(auth), await createAdmin(auth)];
    // Bob is no admin any more, but his token has not been marked: as when Redis was unavailable.
    await auth.db.updateTable('users').set({ role: 1 }).where('id', '=', bob.id).execute();
    for (const body of [
      { role: 2, email: bob.email },
      { active: false, username: bob.username },
    ]) {
      expect(await bob.call('updateUser', { id: ann.id, body })).toMatchObject({
        status: 409,
        json: { code: 'last_admin' },
      });
    }
    expect(await activeAdmins()).toEqual([ann.id]);
  });
});

test("admins who change each other and themselves all at once do not fail on each other's locks", async () => {
  const pair = [await createAdmin(auth), await createAdmin(auth)];
  const rename = (by: SignedInAdmin, whom: SignedInAdmin, index: number) =>
    by.call('updateUser', { id: whom.id, body: { username: `renamed-${whom.id}-${index}` } });
  const answers = await Promise.all(
    Array.from({ length: 8 }, (_, index) =>
      pair.flatMap((by) => pair.map((whom) => rename(by, whom, index))),
    ).flat(),
  );
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 204));
});

test('an admin who was erased meanwhile changes nothing', async () => {
  const [admin, account] = [await createAdmin(auth), await auth.createAccount()];
  // The row alone: the token is not marked, as if the request had passed the guard before the erasure.
  await auth.db.deleteFrom('users').where('id', '=', admin.id).execute();
  const refused = { status: 401, json: { code: 'invalid_token' } };
  const { id } = account;
  const person = { email: 'n@example.com', username: 'nobody', password: 'a fine password', role: 1 };
  expect(await admin.call('createUser', { body: person })).toMatchObject(refused);
  expect(await admin.call('updateUser', { id, body: { email: 'x@example.com' } })).toMatchObject(refused);
  expect(await admin.call('updateUser', { id, body: { active: false } })).toMatchObject(refused);
  expect(await admin.call('setUserPassword', { id, body: { password: 'a fine password' } })).toMatchObject(
    refused,
  );
  expect(await auth.db.selectFrom('users').select(['id', 'email', 'active']).execute()).toEqual([
    { id, email: account.email, active: 1 },
  ]);
  await auth.logIn(account);
});

describe('a login that races with a revocation (auth.md R15)', () => {
  test.each([
    [
      'admin password',
      (admin: SignedInAdmin, id: number) =>
        admin.call('setUserPassword', { id, body: { password: 'set by an admin' } }),
    ],
    [
      'disabling',
      (admin: SignedInAdmin, id: number) => admin.call('updateUser', { id, body: { active: false } }),
    ],
    [
      'role change',
      (admin: SignedInAdmin, id: number) => admin.call('updateUser', { id, body: { role: 2 } }),
    ],
  ])('%s: no session from before it lives on', async (name, revoke) => {
    const admin = await createAdmin(auth);
    for (let round = 0; round < ROUNDS; round++) {
      const account = await auth.createAccount();
      const body = { login: account.email, password: PASSWORD };
      const headers = { 'x-auth-mode': 'token' };
      const [revoked, ...logins] = await Promise.all([
        revoke(admin, account.id),
        auth.call('login', { body, headers }),
        auth.call('login', { body, headers }),
      ]);
      expect(revoked.status).toBe(204);
      const { role } = await auth.db
        .selectFrom('users')
        .select('role')
        .where('id', '=', account.id)
        .executeTakeFirstOrThrow();
      for (const { status, json } of logins) {
        if (status !== 200) continue;
        const profile = await auth.call('getProfile', {
          headers: { authorization: `Bearer ${json.accessToken}` },
        });
        // A login after the role changed is a new session, with the new role.
        if (name === 'role change' && json.user.role === role) expect(profile.status).toBe(200);
        else expect(profile).toMatchObject({ status: 401, json: { code: 'invalid_token' } });
      }
    }
  });
});
