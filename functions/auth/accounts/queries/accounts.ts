import { sql } from 'kysely';
import type { Role } from '#shared/auth/access-token.ts';
import type { Queryable } from '#shared/database/database.ts';
import { mapConstraint } from '#shared/database/errors.ts';
import { type AccountState, accountState } from '../rules/account-state.ts';
import '../../tables.ts';

/** A row of `users`. */
export interface Account {
  readonly id: number;
  readonly username: string;
  readonly email: string;
  readonly pendingEmail: string | undefined;
  readonly pendingEmailExpiresAt: Date | undefined;
  readonly passwordHash: string;
  readonly role: Role;
  readonly avatarMediaId: string | undefined;
  readonly state: AccountState;
  readonly createdAt: Date;
}

/** What a new account is made of; confirmed at once when `emailVerifiedAt` is given. */
export interface NewAccount {
  readonly username: string;
  readonly usernameKey: string;
  readonly email: string;
  readonly passwordHash: string;
  readonly role: Role;
  readonly emailVerifiedAt?: Date;
}

/** Turns the violation into `email_taken` or `username_taken`. */
export const mapTaken = mapConstraint({
  uq_users_email: { code: 'email_taken', field: 'email' },
  uq_users_username_key: { code: 'username_taken', field: 'username' },
});

const COLUMNS = [
  'users.id',
  'users.username',
  'users.email',
  'users.pending_email',
  'users.pending_email_expires_at',
  'users.password_hash',
  'users.role',
  'users.avatar_media_id',
  'users.email_verified_at',
  'users.disabled_at',
  'users.created_at',
] as const;

/** A query for rows that {@link toAccount} reads. */
export const accounts = (db: Queryable) => db.selectFrom('users').select(COLUMNS);

/** @returns the account, or undefined when there is none */
export const findAccount = async (db: Queryable, id: number): Promise<Account | undefined> =>
  found(await accounts(db).where('users.id', '=', id).executeTakeFirst());

/** @returns the account with this stored address, or undefined when there is none */
export const findAccountByEmail = async (db: Queryable, email: string): Promise<Account | undefined> =>
  found(await accounts(db).where('users.email', '=', email).executeTakeFirst());

/** Locks the account's row until the transaction ends. */
export const lockAccount = async (db: Queryable, id: number): Promise<Account | undefined> =>
  found(await accounts(db).where('users.id', '=', id).forUpdate().executeTakeFirst());

/** Locks the row of the account with this stored address until the transaction ends. */
export const lockAccountByEmail = async (db: Queryable, email: string): Promise<Account | undefined> =>
  found(await accounts(db).where('users.email', '=', email).forUpdate().executeTakeFirst());

/** Locks the rows of all active admins until the transaction ends, and returns their ids. */
export const lockActiveAdmins = async (db: Queryable): Promise<number[]> => {
  const rows = await db
    .selectFrom('users')
    .select('id')
    .where('role', '=', 3)
    .where('active', '=', 1)
    .forUpdate()
    .execute();
  return rows.map(({ id }) => id);
};

/** How an account is named at login: by its address, or by the key of its username. */
export type LoginName = { readonly email: string } | { readonly usernameKey: string };

const namedBy = (name: LoginName | { readonly id: number }) => {
  if ('id' in name) return { column: 'users.id', value: name.id } as const;
  if ('email' in name) return { column: 'users.email', value: name.email } as const;
  return { column: 'users.username_key', value: name.usernameKey } as const;
};

/**
 * The account whose password is tried, and when a session of it was last opened from the network. One statement, so
 * that an unknown login costs what a known one costs.
 */
export const findLoginAccount = async (
  db: Queryable,
  name: LoginName | { readonly id: number },
  network: string,
): Promise<{ account: Account; networkUsedAt: Date | undefined } | undefined> => {
  const { column, value } = namedBy(name);
  const row = await accounts(db)
    .leftJoin('user_networks', (join) =>
      join.onRef('user_networks.user_id', '=', 'users.id').on('user_networks.network', '=', network),
    )
    .select('user_networks.last_login_at')
    .where(column, '=', value)
    .executeTakeFirst();
  const account = found(row);
  return account && { account, networkUsedAt: row?.last_login_at ?? undefined };
};

/** Inserts the account with default settings. @throws AppError `email_taken`, `username_taken` */
export const insertAccount = async (db: Queryable, account: NewAccount, now: Date): Promise<number> => {
  const { insertId } = await db
    .insertInto('users')
    .values({
      username: account.username,
      username_key: account.usernameKey,
      email: account.email,
      password_hash: account.passwordHash,
      role: account.role,
      email_verified_at: account.emailVerifiedAt ?? null,
      created_at: now,
      updated_at: now,
    })
    .executeTakeFirstOrThrow()
    .catch(mapTaken);
  const id = Number(insertId);
  await db.insertInto('user_settings').values({ user_id: id, created_at: now, updated_at: now }).execute();
  return id;
};

/** Confirms the stored address. */
export const confirmEmail = async (db: Queryable, id: number, now: Date): Promise<void> => {
  await db
    .updateTable('users')
    .set({ email_verified_at: now, updated_at: now })
    .where('id', '=', id)
    .execute();
};

/** Makes the pending address the stored one. @throws AppError `email_taken` */
export const adoptPendingEmail = async (
  db: Queryable,
  id: number,
  email: string,
  now: Date,
): Promise<void> => {
  await db
    .updateTable('users')
    .set({
      email,
      pending_email: null,
      pending_email_expires_at: null,
      email_verified_at: now,
      updated_at: now,
    })
    .where('id', '=', id)
    .execute()
    .catch(mapTaken);
};

/** Forgets the pending address. */
export const dropPendingEmail = async (db: Queryable, id: number, now: Date): Promise<void> => {
  await db
    .updateTable('users')
    .set({ pending_email: null, pending_email_expires_at: null, updated_at: now })
    .where('id', '=', id)
    .execute();
};

/** Stores another hash of the password. */
export const storePasswordHash = async (
  db: Queryable,
  id: number,
  hash: string,
  now: Date,
): Promise<void> => {
  await db.updateTable('users').set({ password_hash: hash, updated_at: now }).where('id', '=', id).execute();
};

/** Makes a media file the picture of an account, or leaves it without one. */
export const storeAvatarId = async (
  db: Queryable,
  id: number,
  mediaId: string | undefined,
  now: Date,
): Promise<void> => {
  await db
    .updateTable('users')
    .set({ avatar_media_id: mediaId ?? null, updated_at: now })
    .where('id', '=', id)
    .execute();
};

/** Makes any account an active admin with this password. */
export const makeAdmin = async (db: Queryable, id: number, hash: string, now: Date): Promise<void> => {
  await db
    .updateTable('users')
    .set({
      role: 3,
      password_hash: hash,
      email_verified_at: sql<Date>`COALESCE(email_verified_at, ${now})`,
      disabled_at: null,
      updated_at: now,
    })
    .where('id', '=', id)
    .execute();
};

interface AccountRow {
  readonly id: number;
  readonly username: string;
  readonly email: string;
  readonly pending_email: string | null;
  readonly pending_email_expires_at: Date | null;
  readonly password_hash: string;
  readonly role: Role;
  readonly avatar_media_id: string | null;
  readonly email_verified_at: Date | null;
  readonly disabled_at: Date | null;
  readonly created_at: Date;
}

/** A row as an account. */
export const toAccount = (row: AccountRow): Account => ({
  id: row.id,
  username: row.username,
  email: row.email,
  pendingEmail: row.pending_email ?? undefined,
  pendingEmailExpiresAt: row.pending_email_expires_at ?? undefined,
  passwordHash: row.password_hash,
  role: row.role,
  avatarMediaId: row.avatar_media_id ?? undefined,
  state: accountState({
    emailVerifiedAt: row.email_verified_at ?? undefined,
    disabledAt: row.disabled_at ?? undefined,
  }),
  createdAt: row.created_at,
});

const found = (row: AccountRow | undefined): Account | undefined => row && toAccount(row);
