import { insertAccount } from '#functions/auth/accounts/queries/accounts.ts';
import { openPasswordHasher } from '#shared/auth/password-hasher.ts';
import type { Database } from '#shared/database/database.ts';

/** The password of all accounts that are made for a measurement. */
export const PASSWORD = 'correct horse battery';

/** What is stored of a state of an account. */
export type BenchedState = 'active' | 'unverified' | 'disabled';

/** Makes accounts named `<state><index>` at example.com, all with {@link PASSWORD} under the cost. */
export const createAccounts = async (
  db: Database,
  cost: number,
  counts: Readonly<Partial<Record<BenchedState, number>>>,
): Promise<void> => {
  const passwords = openPasswordHasher({ PASSWORD_BCRYPT_COST: cost, PASSWORD_HASH_WORKERS: 1 });
  const passwordHash = await passwords.hash(PASSWORD);
  await passwords.close();
  const now = new Date();
  for (const [state, count] of Object.entries(counts)) {
    for (let index = 0; index < count; index++) {
      const username = `${state}${index}`;
      const row = { username, usernameKey: username, email: `${username}@example.com`, passwordHash };
      const confirmed = state === 'unverified' ? {} : { emailVerifiedAt: now };
      const id = await insertAccount(db, { ...row, role: 1, ...confirmed }, now);
      if (state !== 'disabled') continue;
      await db.updateTable('users').set({ disabled_at: now }).where('id', '=', id).execute();
    }
  }
};
