import type { Transaction } from '#shared/database/database.ts';
import type { Context, TransactionContext } from '#shared/host/context.ts';
import type { UploadedFile } from '#shared/http/contract.ts';
import { recordEvents } from '../events/queries/events.ts';
import type { Client } from '../events/rules/client.ts';
import { countRegistration } from '../limits/registration-limit.ts';
import { mailLink } from '../links/links.ts';
import { claimAvatar, storeAvatar } from './avatars.ts';
import { insertAccount } from './queries/accounts.ts';
import { usernameKey } from './rules/username.ts';

/** What a person signs up with, validated. */
export interface Registration {
  readonly email: string;
  readonly username: string;
  readonly password: string;
  readonly avatar: UploadedFile | undefined;
}

/** A {@link Registration} after all that takes long. */
export interface PreparedRegistration extends Pick<Registration, 'email' | 'username'> {
  readonly passwordHash: string;
  readonly mediaId: string | undefined;
  readonly client: Client;
}

/**
 * Counts the registration, hashes the password and stores the picture: all that must not happen in a transaction.
 * @throws AppError `rate_limited`, and what storing the picture throws
 */
export const prepareRegistration = async (
  context: Context,
  { email, username, password, avatar }: Registration,
  client: Client,
): Promise<PreparedRegistration> => {
  await countRegistration(context, client.network);
  const passwordHash = await context.passwords.hash(password, context.signal);
  const mediaId = await storeAvatar(context, avatar);
  return { email, username, passwordHash, mediaId, client };
};

/**
 * Creates an unverified account with default settings, mails its link and returns its id.
 * @throws AppError `email_taken`, `username_taken`
 */
export const registerAccount = async (
  transaction: Transaction,
  context: TransactionContext,
  { email, username, passwordHash, mediaId, client }: PreparedRegistration,
): Promise<number> => {
  const now = context.now();
  const key = usernameKey(username);
  const account = { username, usernameKey: key, email, passwordHash, role: 1 as const };
  const userId = await insertAccount(transaction, account, now);
  if (mediaId !== undefined) await claimAvatar(transaction, context, userId, mediaId);
  await recordEvents(transaction, [{ kind: 'register', userId, client }], now);
  await mailLink(transaction, context, { userId, purpose: 'verify', email }, now);
  return userId;
};
