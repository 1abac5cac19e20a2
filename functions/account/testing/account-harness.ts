import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import type { Role } from '#shared/auth/access-token.ts';
import { useResources } from '#shared/host/resources.ts';
import type { TestResponse } from '#shared/testing/invoke.ts';
import { callRoute } from '#shared/testing/routes.ts';
import { openTestResources, type TestResources } from '#shared/testing/test-resources.ts';

/** The password of every account that {@link AccountHarness.createAccount} makes. */
export const PASSWORD = 'correct horse battery';

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

/** All endpoints of the product on a database and a file store of their own. */
export interface AccountHarness extends TestResources {
  /** Root of the file store. */
  readonly root: string;
  /** Calls `/api/v6` + path. */
  call(method: string, path: string, request?: Parameters<typeof callRoute>[2]): Promise<TestResponse>;
  /** An active account unless `disabled`. */
  createAccount(options?: { role?: Role; disabled?: boolean }): Promise<TestAccount>;
  /** Signs in with {@link PASSWORD}. @throws unless it succeeds */
  logIn(account: TestAccount): Promise<SignedIn>;
  close(): Promise<void>;
}

let accounts = 0;

/** Opens a world of its own for a test file. */
export const openAccountHarness = async (environment: NodeJS.ProcessEnv = {}): Promise<AccountHarness> => {
  const root = await mkdtemp(join(tmpdir(), 'japanesestudent-account-'));
  const resources = await openTestResources({ MEDIA_BASE_PATH: root, ...environment });
  const unbind = useResources(resources);
  const hash = await resources.passwords.hash(PASSWORD);
  const call: AccountHarness['call'] = (method, path, request) => {
    const [pathname = '', query = ''] = path.split('?');
    return callRoute(method, `/api/v6${pathname}`, { query, ...request });
  };
  return {
    ...resources,
    root,
    call,
    createAccount: async ({ role = 1, disabled = false } = {}) => {
      accounts += 1;
      const username = `learner${accounts}`;
      const email = `${username}@example.com`;
      const now = new Date();
      const { insertId } = await sql`
        INSERT INTO users
          (username, username_key, email, password_hash, role, email_verified_at, disabled_at, created_at, updated_at)
        VALUES (${username}, ${username}, ${email}, ${hash}, ${role}, ${now}, ${disabled ? now : null}, ${now}, ${now})`.execute(
        resources.db,
      );
      const id = Number(insertId);
      await sql`INSERT INTO user_settings (user_id, created_at, updated_at) VALUES (${id}, ${now}, ${now})`.execute(
        resources.db,
      );
      return { id, email, username };
    },
    logIn: async ({ email }) => {
      const answer = await call('POST', '/auth/login', {
        body: { login: email, password: PASSWORD },
        headers: { 'x-auth-mode': 'token' },
      });
      if (answer.status !== 200) throw new Error(`login answered ${answer.status}: ${answer.text}`);
      const { accessToken, refreshToken } = answer.json;
      const headers = { authorization: `Bearer ${accessToken}`, 'x-auth-mode': 'token' };
      return { accessToken, refreshToken, headers };
    },
    close: async () => {
      unbind();
      await resources.close();
      await rm(root, { recursive: true, force: true });
    },
  };
};
