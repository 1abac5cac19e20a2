import { openPasswordHasher } from '#shared/auth/password-hasher.ts';
import type { Config } from '#shared/config/config.ts';
import type { Database } from '#shared/database/database.ts';
import { machineClock } from '#shared/host/machine-clock.ts';
import { seedFirstAdmin } from './first-admin.ts';
import { seedLocalAccounts } from './local-accounts.ts';

/**
 * The first admin and, locally, the published accounts. It runs right after the migrations, in `npm start` and in
 * every deployment, which is the "migration time" of auth.md. @throws when the first admin's password is refused
 */
export const seed = async (db: Database, config: Config, now = machineClock): Promise<void> => {
  const passwords = openPasswordHasher(config);
  try {
    await seedFirstAdmin(db, config, { passwords, now });
    if (config.APP_ENV === 'local') await seedLocalAccounts(db, { passwords, now });
  } finally {
    await passwords.close();
  }
};
