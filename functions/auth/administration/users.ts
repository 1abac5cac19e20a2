import type { AccessClaims, Role } from '#shared/auth/access-token.ts';
import { requireStanding } from '#shared/auth/standing.ts';
import type { Transaction } from '#shared/database/database.ts';
import { withTransaction } from '#shared/database/transaction.ts';
import { assertThat } from '#shared/errors/app-error.ts';
import type { Context, TransactionContext } from '#shared/host/context.ts';
import type { UploadedFile } from '#shared/http/contract.ts';
import type { Page, PageRequest } from '#shared/http/paging.ts';
import { fold } from '#shared/text/folding.ts';
import { claimAvatar, storeAvatar } from '../accounts/avatars.ts';
import { refuseIdentity } from '../accounts/credentials.schema.ts';
import {
  type Account,
  findAccount,
  insertAccount,
  lockAccount,
  storePasswordHash,
} from '../accounts/queries/accounts.ts';
import { usernameKey } from '../accounts/rules/username.ts';
import { recordEvents } from '../events/queries/events.ts';
import type { Client } from '../events/rules/client.ts';
import { spendResetLinks } from '../links/queries/one-time-tokens.ts';
import { endSessions } from '../sessions/session-ends.ts';
import { findSettings, insertDefaultSettings, type StoredSettings } from '../settings/queries/settings.ts';
import { listAccounts, listActiveTutors, type UserFilter } from './queries/user-administration.ts';

/** The admin who calls. */
export interface Actor extends AccessClaims {
  readonly client: Client;
}

/** Accounts that the filter lets through; `search` is folded here, as usernames are (auth.md R1). */
export const listUsers = (
  { db }: Pick<Context, 'db'>,
  filter: Omit<UserFilter, 'search'> & { readonly search?: string | undefined },
  page: PageRequest,
): Promise<Page<Account>> => listAccounts(db, { ...filter, search: fold(filter.search ?? '') }, page);

/** Active tutors, for whoever assigns something to them. */
export const listTutors = ({ db }: Pick<Context, 'db'>, page: PageRequest): Promise<Page<Account>> =>
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

/** A {@link NewUser} after all that takes long. */
export interface PreparedUser extends Pick<NewUser, 'email' | 'username' | 'role'> {
  readonly passwordHash: string;
  readonly mediaId: string | undefined;
}

/** Hashes the password and stores the picture, ahead of the transaction. @throws AppError as storing does */
export const prepareUser = async (
  context: Context,
  { email, username, password, role, avatar }: NewUser,
): Promise<PreparedUser> => {
  const passwordHash = await context.passwords.hash(password, context.signal);
  return { email, username, role, passwordHash, mediaId: await storeAvatar(context, avatar) };
};

/**
 * Creates an active account with default settings, without any mail, and returns its id.
 * @throws AppError `email_taken`, `username_taken`
 */
export const createUser = async (
  transaction: Transaction,
  context: TransactionContext,
  { email, username, passwordHash, role, mediaId }: PreparedUser,
  { userId: actorId, client }: Actor,
): Promise<number> => {
  const now = context.now();
  const account = { username, usernameKey: usernameKey(username), email, passwordHash, role };
  const userId = await insertAccount(transaction, { ...account, emailVerifiedAt: now }, now);
  if (mediaId !== undefined) await claimAvatar(transaction, context, userId, mediaId);
  await recordEvents(transaction, [{ kind: 'user_created', userId, actorId, client }], now);
  return userId;
};

/**
 * Locks an account that an admin changes.
 * @throws AppError `not_found`; `invalid_token` for an actor who may not change anything any more
 */
export const lockUser = async (
  transaction: Transaction,
  id: number,
  actor: AccessClaims,
): Promise<Account> => {
  // Before the actor's own row is shared: of two who have their own one shared, neither could lock it.
  const account = await lockAccount(transaction, id);
  await requireStanding(transaction, actor);
  assertThat(account, 'not_found');
  return account;
};

/** Makes sure that an account has settings; returns the row's id and whether it is new. @throws AppError `not_found` */
export const ensureSettings = async (
  transaction: Transaction,
  context: TransactionContext,
  id: number,
  actor: Actor,
): Promise<{ id: number; created: boolean }> => {
  await lockUser(transaction, id, actor);
  const created = await insertDefaultSettings(transaction, id, context.now());
  if (created !== undefined) return { id: created, created: true };
  const settings = await findSettings(transaction, id);
  if (!settings) throw new TypeError('settings that cannot be created exist');
  return { id: settings.id, created: false };
};

/**
 * Sets the password of any account, which ends all its sessions and activates nothing.
 * @throws AppError `not_found`, `validation_failed` (auth.md R3)
 */
export const setUserPassword = async (
  context: Context,
  { id, password }: { readonly id: number; readonly password: string },
  actor: Actor,
): Promise<void> => {
  const { userId: actorId, client } = actor;
  const judged = await findAccount(context.db, id);
  assertThat(judged, 'not_found');
  refuseIdentity(password, judged);
  const hash = await context.passwords.hash(password, context.signal);
  await withTransaction(context.db, async (transaction) => {
    const now = context.now();
    refuseIdentity(password, await lockUser(transaction, id, actor));
    await storePasswordHash(transaction, id, hash, now);
    await spendResetLinks(transaction, id, now);
    const event = { kind: 'password_set_by_admin', userId: id, actorId, client } as const;
    await recordEvents(transaction, [event], now);
    await endSessions(transaction, context, { userId: id, reason: 'password_set_by_admin' }, now);
  });
};
