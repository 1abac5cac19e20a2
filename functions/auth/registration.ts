import { withTransaction } from '#shared/database/transaction.ts';
import type { Context } from '#shared/host/context.ts';
import type { UploadedFile } from '#shared/http/contract.ts';
import type { LimitState } from '#shared/http/rate-limit.ts';
import { claimAvatar, storeAvatar } from './avatars.ts';
import { mailLink } from './links.ts';
import { insertAccount } from './queries/accounts.ts';
import { recordEvents } from './queries/events.ts';
import { countRegistration } from './registration-limit.ts';
import type { Client } from './rules/client.ts';
import { usernameKey } from './rules/username.ts';

/** What a person signs up with, validated. */
export interface Registration {
  readonly email: string;
  readonly username: string;
  readonly password: string;
  readonly avatar: UploadedFile | undefined;
}

/**
 * Creates an unverified account with default settings and mails its link, all in one transaction.
 * @throws AppError `rate_limited`, `email_taken`, `username_taken`, and what storing the picture throws
 */
export const registerAccount = async (
  context: Context,
  { email, username, password, avatar }: Registration,
  client: Client,
): Promise<{ id: number; limits: LimitState[] }> => {
  const limits = await countRegistration(context, client.network);
  const passwordHash = await context.passwords.hash(password, context.signal);
  const mediaId = await storeAvatar(context, avatar);
  const now = context.now();
  const id = await withTransaction(context.db, async (transaction) => {
    const key = usernameKey(username);
    const account = { username, usernameKey: key, email, passwordHash, role: 1 as const };
    const userId = await insertAccount(transaction, account, now);
    if (mediaId !== undefined) await claimAvatar(transaction, context, userId, mediaId);
    await recordEvents(transaction, [{ kind: 'register', userId, client }], now);
    await mailLink(transaction, context, { userId, purpose: 'verify', email }, now);
    return userId;
  });
  return { id, limits };
};
