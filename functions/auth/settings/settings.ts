import type { Queryable, Transaction } from '#shared/database/database.ts';
import { withTransaction } from '#shared/database/transaction.ts';
import type { Context, TransactionContext } from '#shared/host/context.ts';
import { getOwnAccount, lockOwnAccount } from '../accounts/accounts.ts';
import { findSettings, type SettingsChanges, saveSettings } from './queries/settings.ts';
import { deleteRepeatTask, ensureRepeatTask, moveRepeatTask } from './repeat-task.ts';
import { DEFAULT_SETTINGS, type Settings } from './rules/settings.ts';

/** A user's settings; where no row is stored, also for a user who does not exist, the defaults. */
export const readSettings = async (db: Queryable, userId: number): Promise<Settings> => {
  const stored = await findSettings(db, userId);
  if (!stored) return DEFAULT_SETTINGS;
  const { id: _id, userId: _userId, ...settings } = stored;
  return settings;
};

/**
 * Writes settings of an account whose row is locked, with the effects of R26 on its repeat task: a flag creates or
 * deletes it, a zone moves it.
 */
export const updateSettings = async (
  transaction: Transaction,
  context: TransactionContext,
  account: { readonly id: number; readonly email: string },
  changes: SettingsChanges,
): Promise<void> => {
  const { id: userId, email } = account;
  const { alphabetRepeat, timeZone } = changes;
  await saveSettings(transaction, userId, changes, context.now());
  await moveRepeatTask(transaction, context, userId, { timeZone });
  if (alphabetRepeat === undefined) return;
  if (alphabetRepeat !== 'repeat') return deleteRepeatTask(transaction, context, userId);
  const settings = await readSettings(transaction, userId);
  await ensureRepeatTask(transaction, context, { userId, email, timeZone: settings.timeZone });
};

/** The caller's settings. @throws AppError `invalid_token` when the account is gone or disabled */
export const getOwnSettings = async (context: Context, userId: number): Promise<Settings> => {
  await getOwnAccount(context, userId);
  return readSettings(context.db, userId);
};

/** Changes the caller's settings. @throws AppError `invalid_token` when the account is gone or disabled */
export const updateOwnSettings = (
  context: Context,
  userId: number,
  changes: SettingsChanges,
): Promise<void> =>
  withTransaction(context.db, async (transaction) => {
    const account = await lockOwnAccount(transaction, userId);
    await updateSettings(transaction, context, account, changes);
  });
