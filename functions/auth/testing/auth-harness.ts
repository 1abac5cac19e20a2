import { useResources } from '#shared/host/resources.ts';
import { invoke, type TestRequest, type TestResponse } from '#shared/testing/invoke.ts';
import { openTestResources, type TestResources } from '#shared/testing/test-resources.ts';
import { insertAccount } from '../accounts/queries/accounts.ts';
import { usernameKey } from '../accounts/rules/username.ts';
import { createOpaqueToken } from '../links/opaque-token.ts';
import { insertLink, type NewLink } from '../links/queries/one-time-tokens.ts';
import { ENDPOINTS } from './endpoints.ts';

/** The password of every account that {@link AuthHarness.createAccount} makes. */
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

/** A database of its own that the handlers use, and short ways to prepare it. */
export interface AuthHarness extends TestResources {
  call(endpoint: keyof typeof ENDPOINTS, request?: TestRequest): Promise<TestResponse>;
  /** An active account unless `state` says otherwise. */
  createAccount(options?: {
    state?: 'active' | 'unverified' | 'disabled';
    role?: 1 | 2 | 3;
    passwordHash?: string;
  }): Promise<TestAccount>;
  /** Signs in with {@link PASSWORD} in token mode. @throws unless it succeeds */
  logIn(account: TestAccount, address?: string): Promise<{ accessToken: string; refreshToken: string }>;
  createLink(link: Pick<NewLink, 'userId' | 'purpose' | 'email'> & { expiresAt?: Date }): Promise<string>;
  /** Kinds of all events of a user, oldest first; of no user for null. */
  eventKinds(userId: number | null): Promise<string[]>;
  /** Undoes the binding of the handlers, and all that {@link TestResources.close} does. */
  close(): Promise<void>;
}

let accounts = 0;

/** Opens test resources and binds the handlers to them. */
export const openAuthHarness = async (environment: NodeJS.ProcessEnv = {}): Promise<AuthHarness> => {
  const resources = await openTestResources(environment);
  const { db, passwords } = resources;
  const unbind = useResources(resources);
  const hash = await passwords.hash(PASSWORD);
  const call: AuthHarness['call'] = (endpoint, request = {}) => {
    const [handler, method, template] = ENDPOINTS[endpoint];
    const path = template.replace(/\{(\w+)\}/g, (_, name) => request.pathParameters?.[name] ?? '');
    return invoke(handler, { method, path, ...request });
  };
  return {
    ...resources,
    call,
    createAccount: async ({ state = 'active', role = 1, passwordHash = hash } = {}) => {
      accounts += 1;
      const username = `person${accounts}`;
      const email = `${username}@example.com`;
      const now = new Date();
      const row = { username, usernameKey: usernameKey(username), email, passwordHash, role };
      const confirmed = state === 'unverified' ? {} : { emailVerifiedAt: now };
      const id = await insertAccount(db, { ...row, ...confirmed }, now);
      if (state === 'disabled') {
        await db.updateTable('users').set({ disabled_at: now }).where('id', '=', id).execute();
      }
      return { id, email, username };
    },
    logIn: async ({ email }, address = '203.0.113.7') => {
      const body = { login: email, password: PASSWORD };
      const answer = await call('login', { body, headers: TOKEN_MODE, address });
      if (answer.status !== 200) throw new Error(`login answered ${answer.status}: ${answer.text}`);
      return answer.json;
    },
    createLink: async ({ expiresAt = new Date(Date.now() + 60_000), ...link }) => {
      const { token, hash: linkHash } = createOpaqueToken();
      await insertLink(db, { ...link, hash: linkHash, expiresAt }, new Date());
      return token;
    },
    eventKinds: async (userId) => {
      const rows = await db
        .selectFrom('auth_events')
        .select('kind')
        .where('user_id', userId === null ? 'is' : '=', userId)
        .orderBy('id')
        .execute();
      return rows.map(({ kind }) => kind);
    },
    close: async () => {
      unbind();
      await resources.close();
    },
  };
};
