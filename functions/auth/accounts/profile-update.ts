import type { Transaction } from '#shared/database/database.ts';
import { withTransaction } from '#shared/database/transaction.ts';
import { invalid, taken } from '#shared/errors/app-error.ts';
import type { Context, TransactionContext } from '#shared/host/context.ts';
import { recordEvents } from '../events/queries/events.ts';
import type { Client } from '../events/rules/client.ts';
import { countEmailChange } from '../limits/email-change-limit.ts';
import { mailAddressNotice } from '../links/email-notice.ts';
import { mailLink } from '../links/links.ts';
import { getOwnAccount, lockOwnAccount } from './accounts.ts';
import { confirmPassword, loginSubjectOf } from './current-password.ts';
import { storePendingEmail, storeUsername } from './queries/account-updates.ts';
import { type Account, dropPendingEmail, findAccountByEmail } from './queries/accounts.ts';
import { usernameKey } from './rules/username.ts';

/** What users change in their own profile; `currentPassword` counts only with another address. */
export interface ProfileUpdate {
  readonly username?: string | undefined;
  readonly email?: string | undefined;
  readonly currentPassword?: string | undefined;
}

const isAnother = (email: string | undefined, account: Account): email is string =>
  email !== undefined && email !== account.email;

/** Lets the address wait for the use of its link. @throws AppError `email_taken` */
const requestEmail = async (
  transaction: Transaction,
  context: TransactionContext,
  account: Account,
  { email, client }: { readonly email: string; readonly client: Client },
  now: Date,
): Promise<void> => {
  const userId = account.id;
  if (await findAccountByEmail(transaction, email)) throw taken('email_taken', 'email');
  const expiresAt = new Date(now.getTime() + context.config.VERIFICATION_TOKEN_EXPIRY);
  await storePendingEmail(transaction, userId, { email, expiresAt }, now);
  await mailLink(transaction, context, { userId, purpose: 'change_email', email }, now);
  await mailAddressNotice(transaction, context, { userId, from: account.email, to: email });
  await recordEvents(transaction, [{ kind: 'email_change_requested', userId, client }], now);
};

/** Writes all changes to a locked account, the address first. @throws AppError `email_taken`, `username_taken` */
const apply = async (
  transaction: Transaction,
  context: TransactionContext,
  account: Account,
  { username, email }: ProfileUpdate,
  client: Client,
): Promise<void> => {
  const now = context.now();
  if (isAnother(email, account)) await requestEmail(transaction, context, account, { email, client }, now);
  else if (email !== undefined) await dropPendingEmail(transaction, account.id, now);
  if (username === undefined) return;
  await storeUsername(transaction, account.id, { username, usernameKey: usernameKey(username) }, now);
};

/** Asks for the password before anything is changed. */
const changeWithPassword = async (
  context: Context,
  userId: number,
  changes: ProfileUpdate,
  client: Client,
): Promise<void> => {
  const counted = await countEmailChange(context, userId, () => loginSubjectOf(context, { userId, client }));
  const { currentPassword: password } = changes;
  if (password === undefined) {
    throw invalid({ field: 'currentPassword', message: 'is required', code: 'required' });
  }
  await confirmPassword(
    context,
    { userId, password, client },
    () => (transaction, account) => apply(transaction, context, account, changes, client),
  );
  counted.tellCaller();
};

/**
 * Changes the caller's username at once and the address once its link has been used; all or nothing.
 * @throws AppError `rate_limited`, `validation_failed`, `invalid_credentials`, `email_taken`, `username_taken`
 */
export const updateProfile = async (
  context: Context,
  userId: number,
  changes: ProfileUpdate,
  client: Client,
): Promise<void> => {
  const seen = await getOwnAccount(context, userId);
  if (isAnother(changes.email, seen)) return changeWithPassword(context, userId, changes, client);
  const done = await withTransaction(context.db, async (transaction) => {
    const account = await lockOwnAccount(transaction, userId);
    if (isAnother(changes.email, account)) return false;
    await apply(transaction, context, account, changes, client);
    return true;
  });
  // A link was used meanwhile, so what was the stored address needs the password now.
  if (!done) await changeWithPassword(context, userId, changes, client);
};
