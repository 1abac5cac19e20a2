import type { Queryable } from '#shared/database/database.ts';
import { mapTaken } from './accounts.ts';

/** Stores a username with its key. @throws AppError `username_taken` */
export const storeUsername = async (
  db: Queryable,
  id: number,
  { username, usernameKey }: { readonly username: string; readonly usernameKey: string },
  now: Date,
): Promise<void> => {
  await db
    .updateTable('users')
    .set({ username, username_key: usernameKey, updated_at: now })
    .where('id', '=', id)
    .execute()
    .catch(mapTaken);
};

/** Lets an address wait to be confirmed, in place of any other. */
export const storePendingEmail = async (
  db: Queryable,
  id: number,
  { email, expiresAt }: { readonly email: string; readonly expiresAt: Date },
  now: Date,
): Promise<void> => {
  await db
    .updateTable('users')
    .set({ pending_email: email, pending_email_expires_at: expiresAt, updated_at: now })
    .where('id', '=', id)
    .execute();
};
