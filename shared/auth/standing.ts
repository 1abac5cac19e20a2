import { sql } from 'kysely';
import type { Queryable, Transaction } from '../database/database.ts';
import { AppError } from '../errors/app-error.ts';
import type { AccessClaims, Role } from './access-token.ts';

interface StandingRow {
  readonly role: Role;
  readonly active: 0 | 1;
  /** Null when there is no such session of this user. */
  readonly sessionId: number | null;
  readonly endedAt: Date | null;
}

// Plain SQL, because the tables belong to a domain that infrastructure and half of the domains may not import.
const read = async (
  db: Queryable,
  { userId, sessionId }: AccessClaims,
  locking = false,
): Promise<StandingRow | undefined> => {
  const lock = locking ? sql`LOCK IN SHARE MODE` : sql``;
  const { rows } = await sql<StandingRow>`
    SELECT u.role, u.active, s.id AS sessionId, s.ended_at AS endedAt
    FROM users u LEFT JOIN user_sessions s ON s.id = ${sessionId} AND s.user_id = u.id
    WHERE u.id = ${userId} ${lock}`.execute(db);
  return rows[0];
};

const holds = (row: StandingRow | undefined, { role }: AccessClaims): boolean =>
  row !== undefined &&
  row.active === 1 &&
  row.role === role &&
  row.sessionId !== null &&
  row.endedAt === null;

/** Whether the account of a token is active and has its role, and its session has not ended, by what is stored. */
export const hasStanding = async (db: Queryable, claims: AccessClaims): Promise<boolean> =>
  holds(await read(db, claims), claims);

/**
 * Makes sure that whoever changes something may still do so. Account and session stay as they are until the
 * transaction ends: who takes the right away waits for what was begun with it.
 * @throws AppError `invalid_token`
 */
export const requireStanding = async (transaction: Transaction, claims: AccessClaims): Promise<void> => {
  if (!holds(await read(transaction, claims, true), claims)) throw new AppError('invalid_token');
};
