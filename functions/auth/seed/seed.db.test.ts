import { afterEach, beforeEach, expect, test } from 'vitest';
import { readMarks } from '#shared/auth/revocation.ts';
import type { Config } from '#shared/config/config.ts';
import { LOCAL_ACCOUNTS } from '#shared/config/local-accounts.ts';
import { type AuthHarness, openAuthHarness } from '../testing/auth-harness.ts';
import { PASSWORD } from '../testing/fixtures.ts';

import { seed } from './seed.ts';

let auth: AuthHarness;
beforeEach(async () => {
  auth = await openAuthHarness();
});
afterEach(() => auth.close());

const ADMIN = {
  BOOTSTRAP_ADMIN_EMAIL: 'Root.Person@example.com',
  BOOTSTRAP_ADMIN_PASSWORD: 'first admin password',
};
const run = (given: Partial<Config> = {}) => seed(auth.db, { ...auth.config, ...given });
const users = () => auth.db.selectFrom('users').selectAll().orderBy('id').execute();
const login = (name: string, password: string) =>
  auth.call('login', { body: { login: name, password } }).then(({ status }) => status);

test('without the variables and outside the local environment nothing is seeded', async () => {
  await run();
  expect(await users()).toEqual([]);
});

test('creates the first admin, once', async () => {
  await Promise.all([run(ADMIN), run(ADMIN)]);
  await run({ ...ADMIN, BOOTSTRAP_ADMIN_PASSWORD: 'another good password' });
  expect(await users()).toMatchObject([
    { email: 'root.person@example.com', username: 'root.person', role: 3, active: 1 },
  ]);
  expect(await login('root.person', 'first admin password')).toBe(200);
  const settings = await auth.db.selectFrom('user_settings').select('time_zone').execute();
  expect(settings).toEqual([{ time_zone: 'UTC' }]);
});

test.each([
  ['+%@example.com', 'admin'],
  ['_.ab@example.com', 'admin'],
  ['-abc%d@example.com', 'abcd'],
])('the username out of %s is %s, with a number when taken', async (email, username) => {
  await run({ ...ADMIN, BOOTSTRAP_ADMIN_EMAIL: email });
  await auth.db.updateTable('users').set({ email: 'moved@example.com' }).execute();
  await run({ ...ADMIN, BOOTSTRAP_ADMIN_EMAIL: email });
  expect((await users()).map((user) => user.username)).toEqual([username, `${username}2`]);
});

test.each([
  ['an unverified user', { state: 'unverified' }, ['password_set_by_admin', 'role_changed', 'activated']],
  ['an active user', { state: 'active' }, ['password_set_by_admin', 'role_changed']],
  ['a disabled admin', { state: 'disabled', role: 3 }, ['password_set_by_admin', 'activated']],
] as const)('makes %s the admin and ends the sessions', async (_, options, kinds) => {
  const account = await auth.createAccount({ ...options, state: 'active' });
  const { refreshToken } = await auth.logIn(account);
  const session = await auth.db.selectFrom('user_sessions').select('id').executeTakeFirstOrThrow();
  const state = {
    unverified: { email_verified_at: null },
    disabled: { disabled_at: new Date() },
    active: {},
  };
  await auth.db
    .updateTable('users')
    .set({ ...state[options.state], updated_at: new Date() })
    .execute();
  await run({ ...ADMIN, BOOTSTRAP_ADMIN_EMAIL: account.email });
  expect(await users()).toMatchObject([{ role: 3, active: 1, username: account.username }]);
  expect(await login(account.email, PASSWORD)).toBe(401);
  expect(await login(account.email, ADMIN.BOOTSTRAP_ADMIN_PASSWORD)).toBe(200);
  expect((await auth.call('refresh', { body: { refreshToken } })).status).toBe(401);
  expect(await readMarks(auth, { userId: account.id, role: 1, sessionId: session.id })).toBe('ended');
  expect((await auth.eventKinds(account.id)).filter((kind) => !kind.startsWith('login'))).toEqual(kinds);
});

test.each([
  [{ BOOTSTRAP_ADMIN_PASSWORD: 'short' }, 'BOOTSTRAP_ADMIN_PASSWORD is refused: too_short'],
  [{ BOOTSTRAP_ADMIN_PASSWORD: 'password123' }, 'BOOTSTRAP_ADMIN_PASSWORD is refused: too_common'],
  [{ BOOTSTRAP_ADMIN_EMAIL: 'nobody' }, 'BOOTSTRAP_ADMIN_EMAIL is not an e-mail address'],
])('fails with %j', async (given, message) => {
  await expect(run({ ...ADMIN, ...given })).rejects.toThrow(message);
  expect(await users()).toEqual([]);
});

test('seeds the local accounts whose address is missing, and leaves the others alone', async () => {
  await run({ APP_ENV: 'local' });
  expect(await users()).toMatchObject(
    LOCAL_ACCOUNTS.map(({ password: _password, ...account }) => ({ ...account, active: 1 })),
  );
  for (const { email, password } of LOCAL_ACCOUNTS) expect(await login(email, password)).toBe(200);
  await auth.db.updateTable('users').set({ role: 1 }).where('email', '=', 'tutor@example.com').execute();
  await auth.db.deleteFrom('users').where('email', '=', 'student@example.com').execute();
  await run({ APP_ENV: 'local' });
  expect((await users()).map(({ role, username }) => [role, username])).toEqual([
    [3, 'admin'],
    [1, 'tutor'],
    [1, 'student'],
  ]);
});
