import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PasswordHasher } from '#shared/auth/password-hasher.ts';
import { AppError } from '#shared/errors/app-error.ts';
import type { LimitState } from '#shared/errors/refusal-data.ts';
import { type AuthHarness, openAuthHarness } from '../testing/auth-harness.ts';
import { PASSWORD, type TestAccount } from '../testing/fixtures.ts';
import { logIn } from './login.ts';

let auth: AuthHarness;
beforeAll(async () => {
  auth = await openAuthHarness();
});
afterAll(() => auth.close());

const client = { network: '203.0.113.0/24', userAgent: undefined };

/** Signs in while, once, `change` happens between the judgement of the password and the session. */
const logInDuring = async (account: TestAccount, change: () => Promise<unknown>): Promise<string> => {
  let changed = false;
  const passwords: PasswordHasher = {
    ...auth.passwords,
    check: async (...args) => {
      const right = await auth.passwords.check(...args);
      if (!changed) await change();
      changed = true;
      return right;
    },
  };
  try {
    await logIn(auth.context({ passwords }), { login: account.email, password: PASSWORD }, client);
    return 'ok';
  } catch (error) {
    return error instanceof AppError ? error.code : String(error);
  }
};
const update = (account: TestAccount, change: Record<string, unknown>) =>
  auth.db.updateTable('users').set(change).where('id', '=', account.id).execute();
const sessionsOf = (account: TestAccount) =>
  auth.db.selectFrom('user_sessions').select('id').where('user_id', '=', account.id).execute();

test.each([
  ['the account is disabled', 'active', async () => ({ disabled_at: new Date() }), 'invalid_credentials'],
  [
    'the password changes',
    'active',
    async () => ({ password_hash: await auth.passwords.hash('another password') }),
    'invalid_credentials',
  ],
  ['the address is confirmed', 'unverified', async () => ({ email_verified_at: new Date() }), 'ok'],
  [
    'the same password is hashed anew',
    'active',
    async () => ({ password_hash: await auth.passwords.hash(PASSWORD) }),
    'ok',
  ],
] as const)('while a password is judged %s: judged again', async (_, state, change, outcome) => {
  const account = await auth.createAccount({ state });
  expect(await logInDuring(account, async () => update(account, await change()))).toBe(outcome);
  expect(await sessionsOf(account)).toHaveLength(outcome === 'ok' ? 1 : 0);
});

test('the account is erased while its password is judged', async () => {
  const account = await auth.createAccount();
  const erase = () => auth.db.deleteFrom('users').where('id', '=', account.id).execute();
  expect(await logInDuring(account, erase)).toBe('invalid_credentials');
  expect(await auth.eventKinds(null)).toEqual(['login_failed']);
});

test('an attempt that fails for another reason gives its reservation back', async () => {
  const account = await auth.createAccount();
  const broken: PasswordHasher = {
    ...auth.passwords,
    check: () => Promise.reject(new AppError('unavailable')),
  };
  const login = () =>
    logIn(auth.context({ passwords: broken }), { login: account.email, password: 'x' }, client);
  for (let times = 0; times < 12; times++) await expect(login()).rejects.toThrow(AppError);
  const limits: LimitState[] = [];
  const context = auth.context({ reportLimits: (states) => void limits.push(...states) });
  await logIn(context, { login: account.email, password: PASSWORD }, client);
  expect(limits.map(({ name, remaining }) => [name, remaining])).toEqual([
    ['login-account-network', 10],
    ['login-account', 100],
    ['login-network', expect.any(Number)],
  ]);
});
