import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createAdmin, type SignedInAdmin } from '../../testing/admin-test.ts';
import { type AuthHarness, openAuthHarness } from '../../testing/auth-harness.ts';
import { PASSWORD } from '../../testing/fixtures.ts';

let auth: AuthHarness;
let admin: SignedInAdmin;
beforeAll(async () => {
  auth = await openAuthHarness();
});
afterAll(() => auth.close());
beforeEach(async () => {
  await auth.db.deleteFrom('users').execute();
  admin = await createAdmin(auth);
});

describe('PATCH /admin/users/{id}/password', () => {
  const set = (id: number, password: unknown) => admin.call('setUserPassword', { id, body: { password } });

  test('sets it, ends all sessions at once, spends reset links, activates nothing', async () => {
    const account = await auth.createAccount();
    const tokens = await auth.logIn(account);
    const token = await auth.createLink({ userId: account.id, purpose: 'reset', email: account.email });
    expect(await set(account.id, '  set by an admin  ')).toMatchObject({ status: 204, text: '' });
    const headers = { authorization: `Bearer ${tokens.accessToken}` };
    expect(await auth.call('getProfile', { headers })).toMatchObject({ status: 401 });
    const { refreshToken } = tokens;
    expect(await auth.call('refresh', { body: { refreshToken } })).toMatchObject({ status: 401 });
    const logIn = (password: string) => auth.call('login', { body: { login: account.email, password } });
    expect((await logIn(PASSWORD)).status).toBe(401);
    expect((await logIn('  set by an admin  ')).status).toBe(200);
    const reset = { token, password: 'another password' };
    expect(await auth.call('resetPassword', { body: reset })).toMatchObject({ status: 410 });
    const kinds = await auth.eventKinds(account.id);
    expect(kinds).toContain('password_set_by_admin');
    const unverified = await auth.createAccount({ state: 'unverified' });
    expect((await set(unverified.id, 'set by an admin')).status).toBe(204);
    expect((await admin.call('getUser', { id: unverified.id })).json.active).toBe(false);
  });

  test('for your own account it ends the calling session', async () => {
    expect((await set(admin.id, 'set by an admin')).status).toBe(204);
    expect(await admin.call('listUsers')).toMatchObject({ status: 401, json: { code: 'invalid_token' } });
  });

  test('refuses weak passwords and unknown accounts', async () => {
    const account = await auth.createAccount();
    const refused = async (password: unknown, code: string) =>
      expect(await set(account.id, password)).toMatchObject({
        status: 400,
        json: { code: 'validation_failed', details: [{ field: 'password', code }] },
      });
    await refused(undefined, 'required');
    await refused('short', 'too_short');
    await refused('x'.repeat(129), 'too_long');
    await refused('password123', 'too_common');
    await refused(`is ${account.username.toUpperCase()}`, 'contains_identity');
    expect(await set(4_000_000_000, 'a fine password')).toMatchObject({ status: 404 });
  });
});
