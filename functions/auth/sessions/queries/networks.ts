import type { Queryable } from '#shared/database/database.ts';
import '../../tables.ts';

/** Remembers that a session of the user was opened from this network. */
export const rememberNetwork = async (
  db: Queryable,
  userId: number,
  network: string,
  now: Date,
): Promise<void> => {
  await db
    .insertInto('user_networks')
    .values({ user_id: userId, network, last_login_at: now, created_at: now })
    .onDuplicateKeyUpdate({ last_login_at: now })
    .execute();
};
