import type { Role } from '#shared/auth/access-token.ts';
import { withTransaction } from '#shared/database/transaction.ts';
import type { Resources } from '#shared/host/resources.ts';
import type { AccountFixtures } from '#shared/testing/accounts.ts';
import type { Harness } from '#shared/testing/harness.ts';
import { insertAccount } from '../accounts/queries/accounts.ts';
import { usernameKey } from '../accounts/rules/username.ts';
import { issueTokens, openSession } from '../sessions/sessions.ts';

/** The password of every account that {@link createAccount} makes. */
export const PASSWORD = 'correct horse battery';
/** The header of token mode. */
export const TOKEN_MODE = { 'x-auth-mode': 'token' };
/** The header that a browser adds to a request of our own pages. */
export const SAME_ORIGIN = { 'sec-fetch-site': 'same-origin' };

/** An account for a test. */
export interface TestAccount {
  readonly id: number;
  readonly email: string;
  readonly username: string;
}

/** The tokens of a session, and their headers. */
export interface SignedIn {
  readonly accessToken: string;
  readonly refreshToken: string;
  /** Of token mode. */
  readonly headers: Readonly<Record<string, string>>;
}

/** How an account is made. */
export interface AccountOptions {
  /** By default `active`. */
  readonly state?: 'active' | 'unverified' | 'disabled';
  readonly role?: Role;
  readonly passwordHash?: string;
  /** False for an account that has never stored any. */
  readonly hasSettings?: boolean;
}

type Surroundings = Pick<Resources, 'db' | 'passwords' | 'now'>;

let accounts = 0;
let passwordHash: Promise<string> | undefined;

const newNames = () => {
  accounts += 1;
  const username = `person${accounts}`;
  return { username, usernameKey: usernameKey(username), email: `${username}@example.com` };
};

/** Creates an account whose name no other of this process has. */
export const createAccount = async (
  { db, passwords, now }: Surroundings,
  { state = 'active', role = 1, hasSettings = true, ...given }: AccountOptions = {},
): Promise<TestAccount> => {
  passwordHash ??= passwords.hash(PASSWORD);
  const names = newNames();
  const { username, email } = names;
  const row = { ...names, passwordHash: given.passwordHash ?? (await passwordHash), role };
  const confirmed = state === 'unverified' ? {} : { emailVerifiedAt: now() };
  const id = await insertAccount(db, { ...row, ...confirmed }, now());
  if (state === 'disabled') {
    await db.updateTable('users').set({ disabled_at: now() }).where('id', '=', id).execute();
  }
  if (!hasSettings) await db.deleteFrom('user_settings').where('user_id', '=', id).execute();
  return { id, email, username };
};

/** Signs in with {@link PASSWORD} in token mode. @throws Error unless it succeeds */
export const logIn = async (
  { call }: Pick<Harness, 'call'>,
  { email }: Pick<TestAccount, 'email'>,
  address?: string,
): Promise<SignedIn> => {
  const answer = await call('login', {
    body: { login: email, password: PASSWORD },
    headers: TOKEN_MODE,
    ...(address === undefined ? {} : { address }),
  });
  if (answer.status !== 200) throw new Error(`login answered ${answer.status}: ${answer.text}`);
  const { accessToken, refreshToken } = answer.json;
  return { accessToken, refreshToken, headers: { authorization: `Bearer ${accessToken}`, ...TOKEN_MODE } };
};

const insertWithoutPassword = async (
  { db, now }: Pick<Resources, 'db' | 'now'>,
  role: Role,
): Promise<number> => {
  const row = { ...newNames(), passwordHash: 'matches nothing', role, emailVerifiedAt: now() };
  const id = await insertAccount(db, row, now());
  await db.deleteFrom('user_settings').where('user_id', '=', id).execute();
  return id;
};

/** A session without a login: what other domains need of accounts. */
export const signIn: AccountFixtures['signIn'] = async ({ db, config, now }, role, existing) => {
  const known = existing ?? (await insertWithoutPassword({ db, now }, role));
  const client = { network: '203.0.113.0/24', userAgent: undefined };
  const at = now();
  const session = await withTransaction(db, (tx) => openSession(tx, config, { id: known, role }, client, at));
  const { accessToken } = await issueTokens(config, session, at);
  return { userId: known, headers: { authorization: `Bearer ${accessToken}` } };
};
