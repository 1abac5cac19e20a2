import type { Role } from '#shared/auth/access-token.ts';
import type { Transaction } from '#shared/database/database.ts';
import { withTransaction } from '#shared/database/transaction.ts';
import { AppError, assertThat } from '#shared/errors/app-error.ts';
import type { Context, TransactionContext } from '#shared/host/context.ts';
import type { UploadedFile } from '#shared/http/contract.ts';
import { replaceAvatar, storeAvatar } from '../accounts/avatars.ts';
import { storeUsername } from '../accounts/queries/account-updates.ts';
import { type Account, findAccount } from '../accounts/queries/accounts.ts';
import { usernameKey } from '../accounts/rules/username.ts';
import { type EventKind, recordEvents } from '../events/queries/events.ts';
import { mailAddressNotice } from '../links/email-notice.ts';
import { mailLink } from '../links/links.ts';
import { spendLinks } from '../links/queries/one-time-tokens.ts';
import { endSessions } from '../sessions/session-ends.ts';
import type { SettingsChanges } from '../settings/queries/settings.ts';
import { moveRepeatTask } from '../settings/repeat-task.ts';
import { updateSettings } from '../settings/settings.ts';
import { requireAnotherAdmin } from './last-admin.ts';
import { activateAccount, disableAccount, replaceEmail, storeRole } from './queries/user-administration.ts';
import { type Actor, lockUser } from './users.ts';

/** What an admin changes of an account; what is undefined stays. */
export interface UserUpdate {
  readonly username?: string | undefined;
  readonly email?: string | undefined;
  readonly role?: Role | undefined;
  readonly active?: boolean | undefined;
  readonly settings: SettingsChanges;
  readonly avatar: UploadedFile | undefined;
}

type Step = (
  transaction: Transaction,
  context: TransactionContext,
  account: Account,
  changes: UserUpdate,
) => Promise<readonly EventKind[]>;

/** Gives the account its new address at once; whoever has the old one is told. */
const changeEmail: Step = async (transaction, context, account, { email, active }) => {
  if (email === undefined || email === account.email) return [];
  const { id: userId, state } = account;
  const now = context.now();
  await replaceEmail(transaction, userId, email, now);
  await spendLinks(transaction, userId, now);
  await moveRepeatTask(transaction, context, userId, { email });
  await mailAddressNotice(transaction, context, { userId, from: account.email, to: email });
  const staysUnverified = state === 'unverified' && active !== true;
  if (staysUnverified) await mailLink(transaction, context, { userId, purpose: 'verify', email }, now);
  return ['email_changed'];
};

const changeUsername: Step = async (transaction, context, { id }, { username }) => {
  if (username === undefined) return [];
  const name = { username, usernameKey: usernameKey(username) };
  await storeUsername(transaction, id, name, context.now());
  return [];
};

/** Changes role and state, and ends all sessions where a right went with them. */
const changeRights: Step = async (transaction, context, account, { role, active }) => {
  const { id: userId, state } = account;
  const now = context.now();
  const events: EventKind[] = [];
  if (role !== undefined && role !== account.role) {
    await storeRole(transaction, userId, role, now);
    await endSessions(transaction, context, { userId, reason: 'role_changed' }, now);
    events.push('role_changed');
  }
  if (active === true && state !== 'active') {
    await activateAccount(transaction, userId, now);
    events.push('activated');
  }
  if (active === false && state === 'active') {
    await disableAccount(transaction, userId, now);
    await endSessions(transaction, context, { userId, reason: 'disabled' }, now);
    events.push('deactivated');
  }
  return events;
};

const refuseOwnRights = (account: Account, { role, active }: UserUpdate): void => {
  if ((role !== undefined && role !== account.role) || active === false) {
    throw new AppError('conflict', { message: 'Another admin has to change your role or disable you.' });
  }
};

const isWanted = (settings: SettingsChanges): boolean =>
  Object.values(settings).some((value) => value !== undefined);

const apply = async (
  transaction: Transaction,
  context: TransactionContext,
  id: number,
  change: { readonly changes: UserUpdate; readonly mediaId: string | undefined; readonly actor: Actor },
): Promise<void> => {
  const { changes, mediaId, actor } = change;
  const { email, role, active, settings } = changes;
  const isOwn = id === actor.userId;
  const takesRights = (role !== undefined && role !== 3) || active === false;
  // Admins are locked before the account, so that two who change each other do not wait for each other.
  if (takesRights && !isOwn) await requireAnotherAdmin(transaction, id, actor.userId);
  const account = await lockUser(transaction, id, actor);
  if (isOwn) refuseOwnRights(account, changes);
  const events: EventKind[] = [];
  for (const step of [changeEmail, changeUsername, changeRights]) {
    events.push(...(await step(transaction, context, account, changes)));
  }
  if (isWanted(settings)) {
    await updateSettings(transaction, context, { id, email: email ?? account.email }, settings);
  }
  if (mediaId !== undefined) await replaceAvatar(transaction, context, account, mediaId);
  if (events.length === 0) return;
  const { userId: actorId, client } = actor;
  const rows = events.map((kind) => ({ kind, userId: id, actorId, client }));
  await recordEvents(transaction, rows, context.now());
};

/**
 * Changes an account in one transaction, with all effects of auth.md, "Administration".
 * @throws AppError `not_found`, `conflict` for the actor's own rights, `last_admin`, `email_taken`, `username_taken`
 */
export const updateUser = async (
  context: Context,
  id: number,
  changes: UserUpdate,
  actor: Actor,
): Promise<void> => {
  assertThat(await findAccount(context.db, id), 'not_found');
  const mediaId = await storeAvatar(context, changes.avatar);
  await withTransaction(context.db, (transaction) =>
    apply(transaction, context, id, { changes, mediaId, actor }),
  );
};
