import type { Role } from '#shared/auth/access-token.ts';
import type { Database } from '#shared/database/database.ts';
import { withTransaction } from '#shared/database/transaction.ts';
import { AppError, assertThat } from '#shared/errors/app-error.ts';
import type { Context } from '#shared/host/context.ts';
import type { UploadedFile } from '#shared/http/contract.ts';
import type { Listing, Page } from '#shared/http/paging.ts';
import { claimAvatar, storeAvatar } from './avatars.ts';
import { refuseIdentity } from './fields.ts';
import {
  type Account,
  findAccount,
  insertAccount,
  lockAccount,
  storePasswordHash,
} from './queries/accounts.ts';
import { recordEvents } from './queries/events.ts';
import { spendResetLinks } from './queries/one-time-tokens.ts';
import { findSettings, insertDefaultSettings, type StoredSettings } from './queries/settings.ts';
import { listAccounts, listActiveTutors, type UserFilter } from './queries/user-administration.ts';
import type { Client } from './rules/client.ts';
import { fold } from './rules/folding.ts';
import { usernameKey } from './rules/username.ts';
import { endSessions } from './session-ends.ts';

/** The admin who calls. */
export interface Actor {
  readonly id: number;
  readonly client: Client;
}

/** Accounts that the filter lets through; `search` is folded here, as usernames are (auth.md R1). */
export const findUsers = (
  { db }: Pick<Context, 'db'>,
  filter: Omit<UserFilter, 'search'> & { readonly search?: string | undefined },
  page: Page,
): Promise<Listing<Account>> => listAccounts(db, { ...filter, search: fold(filter.search ?? '') }, page);

/** Active tutors, for whoever assigns something to them. */
export const findTutors = ({ db }: Pick<Context, 'db'>, page: Page): Promise<Listing<Account>> =>
  listActiveTutors(db, page);

/** An account with its settings, if they were ever created. @throws AppError `not_found` */
export const getUser = async (
  { db }: Pick<Context, 'db'>,
  id: number,
): Promise<{ account: Account; settings: StoredSettings | undefined }> => {
  const account = await findAccount(db, id);
  assertThat(account, 'not_found');
  return { account, settings: await findSettings(db, id) };
};

/** What an admin makes an account of, validated. */
export interface NewUser {
  readonly email: string;
  readonly username: string;
  readonly password: string;
  readonly role: Role;
  readonly avatar: UploadedFile | undefined;
}

/**
 * Creates an active account with default settings, without any mail, and returns its id.
 * @throws AppError `email_taken`, `username_taken`, and what storing the picture throws
 */
export const createUser = async (
  context: Context,
  { email, username, password, role, avatar }: NewUser,
  { id: actorId, client }: Actor,
): Promise<number> => {
  const passwordHash = await context.passwords.hash(password, context.signal);
  const mediaId = await storeAvatar(context, avatar);
  const now = context.now();
  return withTransaction(context.db, async (transaction) => {
    const account = { username, usernameKey: usernameKey(username), email, passwordHash, role };
    const userId = await insertAccount(transaction, { ...account, emailVerifiedAt: now }, now);
    if (mediaId !== undefined) await claimAvatar(transaction, context, userId, mediaId);
    await recordEvents(transaction, [{ kind: 'user_created', userId, actorId, client }], now);
    return userId;
  });
};

/**
 * Locks an account that an admin changes.
 * @throws AppError `not_found`; `invalid_token` when it is the admin's own and no longer active (R14)
 */
export const lockUser = async (transaction: Database, id: number, actorId: number): Promise<Account> => {
  const account = await lockAccount(transaction, id);
  if (id === actorId && account?.state !== 'active') throw new AppError('invalid_token');
  assertThat(account, 'not_found');
  return account;
};

/** Makes sure that an account has settings; returns the row's id and whether it is new. @throws AppError `not_found` */
export const ensureSettings = (
  context: Context,
  id: number,
  actorId: number,
): Promise<{ id: number; created: boolean }> =>
  withTransaction(context.db, async (transaction) => {
    await lockUser(transaction, id, actorId);
    const created = await insertDefaultSettings(transaction, id, context.now());
    if (created !== undefined) return { id: created, created: true };
    const settings = await findSettings(transaction, id);
    if (!settings) throw new TypeError('settings that cannot be created exist');
    return { id: settings.id, created: false };
  });

/**
 * Sets the password of any account, which ends all its sessions and activates nothing.
 * @throws AppError `not_found`, `validation_failed` (auth.md R3)
 */
export const setUserPassword = async (
  context: Context,
  { id, password }: { readonly id: number; readonly password: string },
  { id: actorId, client }: Actor,
): Promise<void> => {
  const judged = await findAccount(context.db, id);
  assertThat(judged, 'not_found');
  refuseIdentity(password, judged);
  const hash = await context.passwords.hash(password, context.signal);
  await withTransaction(context.db, async (transaction) => {
    const now = context.now();
    refuseIdentity(password, await lockUser(transaction, id, actorId));
    await storePasswordHash(transaction, id, hash, now);
    await spendResetLinks(transaction, id, now);
    const event = { kind: 'password_set_by_admin', userId: id, actorId, client } as const;
    await recordEvents(transaction, [event], now);
    await endSessions(transaction, context, { userId: id, reason: 'password_set_by_admin' }, now);
  });
};
