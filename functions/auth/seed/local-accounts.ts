import type { PasswordHasher } from '#shared/auth/password-hasher.ts';
import type { Database } from '#shared/database/database.ts';
import { findAccountByEmail } from '../queries/accounts.ts';
import { insertSeeded } from './insert-seeded.ts';

/** The password of all {@link LOCAL_ACCOUNTS}: published, so it protects nothing. */
export const LOCAL_PASSWORD = 'japanese-student-local';

/** One account of each role, for `APP_ENV=local` alone. */
export const LOCAL_ACCOUNTS = [
  { email: 'admin@example.com', username: 'admin', role: 3 },
  { email: 'tutor@example.com', username: 'tutor', role: 2 },
  { email: 'student@example.com', username: 'student', role: 1 },
] as const;

/** Creates those local accounts whose address is missing. */
export const seedLocalAccounts = async (db: Database, passwords: PasswordHasher): Promise<void> => {
  for (const account of LOCAL_ACCOUNTS) {
    if (await findAccountByEmail(db, account.email)) continue;
    const passwordHash = await passwords.hash(LOCAL_PASSWORD);
    await insertSeeded(db, { ...account, passwordHash }, new Date());
  }
};
