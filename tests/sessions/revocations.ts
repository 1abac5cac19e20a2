import { createHash, randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import type { AuthHarness } from '#functions/auth/testing/auth-harness.ts';
import { PASSWORD, type SignedIn, type TestAccount } from '#functions/auth/testing/fixtures.ts';
import type { TestResponse } from '#shared/testing/invoke.ts';

/** The password that every revocation which sets one sets. */
const NEW_PASSWORD = 'a fresh pass phrase 42';

/** An account whose sessions are going to end. */
export interface Victim {
  readonly account: TestAccount;
  /** Ends in every case. */
  readonly session: SignedIn;
  /** Another session of the account, from which its owner acts. */
  readonly other: SignedIn;
  readonly admin: SignedIn;
  /** What the revocation needs besides: the token of a link, or one to replay. */
  readonly secret?: string;
}

/** One way of R12 in which sessions end. */
export interface Revocation {
  readonly name: string;
  /** Which sessions of the account end. */
  readonly ends: 'session' | 'all' | 'all but other';
  /** Whether a login with the password of before succeeds afterwards. */
  readonly keepsPassword: boolean;
  /** Makes the revocation itself one request; gives the victim as it is then. */
  readonly prepare?: (world: AuthHarness, victim: Victim) => Promise<Victim>;
  readonly revoke: (world: AuthHarness, victim: Victim) => Promise<TestResponse>;
  /** Of a revocation that succeeds; 204 unless given. */
  readonly status?: number;
}

/** The session that an access token names. */
export const sessionIdOf = ({ accessToken }: Pick<SignedIn, 'accessToken'>): number =>
  Number(JSON.parse(Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString()).sid);

/** Exchanges a refresh token in token mode. */
export const refresh = ({ call }: AuthHarness, refreshToken: string): Promise<TestResponse> =>
  call('POST /auth/refresh', { headers: { 'x-auth-mode': 'token' }, body: { refreshToken } });

/** Lets every exchanged token of a session be exchanged longer ago than the grace. */
export const passGrace = async ({ db }: AuthHarness, sessionId: number): Promise<void> => {
  await sql`UPDATE refresh_tokens SET rotated_at = rotated_at - INTERVAL 1 MINUTE
    WHERE session_id = ${sessionId} AND rotated_at IS NOT NULL`.execute(db);
};

const insertResetToken = async ({ db }: AuthHarness, { id, email }: TestAccount): Promise<string> => {
  const token = randomBytes(32).toString('base64url');
  const hash = createHash('sha256').update(token).digest();
  await sql`INSERT INTO one_time_tokens (user_id, purpose, email, token_hash, expires_at, created_at)
    VALUES (${id}, 'reset', ${email}, ${hash}, UTC_TIMESTAMP(3) + INTERVAL 1 HOUR, UTC_TIMESTAMP(3))`.execute(
    db,
  );
  return token;
};

const byAdmin = (method: string, suffix: string, body?: object): Revocation['revoke'] => {
  return ({ call }, { account, admin }) =>
    call(`${method} /admin/users/${account.id}${suffix}`, { headers: admin.headers, body });
};

/** All of them. */
export const REVOCATIONS: readonly Revocation[] = [
  {
    name: 'logout',
    ends: 'session',
    keepsPassword: true,
    revoke: ({ call }, { session }) => call('POST /auth/logout', { headers: session.headers }),
  },
  {
    name: 'logout of all',
    ends: 'all',
    keepsPassword: true,
    revoke: ({ call }, { other }) => call('POST /auth/logout-all', { headers: other.headers }),
  },
  {
    name: 'ending it in the list',
    ends: 'session',
    keepsPassword: true,
    revoke: ({ call }, { session, other }) =>
      call(`DELETE /profile/sessions/${sessionIdOf(session)}`, { headers: other.headers }),
  },
  {
    name: 'a password change',
    ends: 'all but other',
    keepsPassword: false,
    revoke: ({ call }, { other }) =>
      call('PUT /profile/password', {
        headers: other.headers,
        body: { currentPassword: PASSWORD, password: NEW_PASSWORD },
      }),
  },
  {
    name: 'a password reset',
    ends: 'all',
    keepsPassword: false,
    prepare: async (world, victim) => ({ ...victim, secret: await insertResetToken(world, victim.account) }),
    revoke: ({ call }, { secret: token }) =>
      call('POST /auth/reset-password', { body: { token, password: NEW_PASSWORD } }),
  },
  {
    name: 'a password set by an admin',
    ends: 'all',
    keepsPassword: false,
    revoke: byAdmin('PATCH', '/password', { password: NEW_PASSWORD }),
  },
  { name: 'disabling', ends: 'all', keepsPassword: false, revoke: byAdmin('PATCH', '', { active: false }) },
  { name: 'a change of role', ends: 'all', keepsPassword: true, revoke: byAdmin('PATCH', '', { role: 2 }) },
  {
    name: 'erasure by the owner',
    ends: 'all',
    keepsPassword: false,
    revoke: ({ call }, { other }) =>
      call('DELETE /profile', { headers: other.headers, body: { password: PASSWORD } }),
  },
  { name: 'erasure by an admin', ends: 'all', keepsPassword: false, revoke: byAdmin('DELETE', '') },
  {
    name: 'replay of a refresh token',
    ends: 'session',
    keepsPassword: true,
    status: 401,
    prepare: async (world, victim) => {
      const { refreshToken: secret } = victim.session;
      const { json } = await refresh(world, secret);
      await passGrace(world, sessionIdOf(victim.session));
      const headers = { authorization: `Bearer ${json.accessToken}`, 'x-auth-mode': 'token' };
      return { ...victim, secret, session: { ...json, headers } };
    },
    revoke: (world, { secret = '' }) => refresh(world, secret),
  },
];

/** An account with two sessions that is ready for the revocation. */
export const openVictim = async (
  world: AuthHarness,
  admin: SignedIn,
  { prepare }: Pick<Revocation, 'prepare'>,
): Promise<Victim> => {
  const account = await world.createAccount();
  const victim = { account, admin, session: await world.logIn(account), other: await world.logIn(account) };
  return prepare ? prepare(world, victim) : victim;
};

/** An admin who is signed in. */
export const openAdmin = async (world: AuthHarness): Promise<SignedIn> =>
  world.logIn(await world.createAccount({ role: 3 }));
