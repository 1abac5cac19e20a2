import { sql } from 'kysely';
import { type Role, signAccessToken } from '../auth/access-token.ts';
import type { Resources } from '../host/resources.ts';

/** Somebody with a live session, without the ways by which one gets there. */
export interface SignedInUser {
  readonly userId: number;
  readonly headers: { readonly authorization: string };
}

let users = 0;

const insertUser = async ({ db }: Pick<Resources, 'db'>, role: Role): Promise<number> => {
  users += 1;
  const name = `signed-in-${users}`;
  const { insertId } = await sql`
    INSERT INTO users (username, username_key, email, password_hash, role, email_verified_at, created_at, updated_at)
    VALUES (${name}, ${name}, ${`${name}@example.com`}, 'x', ${role},
      UTC_TIMESTAMP(3), UTC_TIMESTAMP(3), UTC_TIMESTAMP(3))`.execute(db);
  return Number(insertId);
};

/** Opens a session of an account, by default of a new and active one, whose role must be the given one. */
export const signInAs = async (
  resources: Pick<Resources, 'db' | 'config'>,
  role: Role,
  existing?: number,
): Promise<SignedInUser> => {
  const userId = existing ?? (await insertUser(resources, role));
  const { insertId } = await sql`
    INSERT INTO user_sessions
      (user_id, network, last_used_at, refresh_expires_at, absolute_expires_at, created_at)
    VALUES (${userId}, '203.0.113.0/24', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3) + INTERVAL 1 DAY,
      UTC_TIMESTAMP(3) + INTERVAL 1 DAY, UTC_TIMESTAMP(3))`.execute(resources.db);
  const claims = { userId, role, sessionId: Number(insertId) };
  const { token } = await signAccessToken(claims, resources.config, new Date());
  return { userId, headers: { authorization: `Bearer ${token}` } };
};
