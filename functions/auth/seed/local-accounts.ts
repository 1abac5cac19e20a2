import { LOCAL_ACCOUNTS } from '#shared/config/local-accounts.ts';
import type { Database } from '#shared/database/database.ts';
import type { Resources } from '#shared/host/resources.ts';
import { findAccountByEmail } from '../accounts/queries/accounts.ts';
import { insertSeeded } from './insert-seeded.ts';

/** Creates those local accounts whose address is missing. */
export const seedLocalAccounts = async (
  db: Database,
  { passwords, now }: Pick<Resources, 'passwords' | 'now'>,
): Promise<void> => {
  for (const { email, username, role, password } of LOCAL_ACCOUNTS) {
    if (await findAccountByEmail(db, email)) continue;
    const passwordHash = await passwords.hash(password);
    await insertSeeded(db, { email, username, role, passwordHash }, now());
  }
};
