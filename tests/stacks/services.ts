import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServices } from '#dev/services/services.ts';
import { loadConfig } from '#shared/config/config.ts';
import { openDatabase } from '#shared/database/database.ts';
import { migrate } from '#shared/database/migrate.ts';
import { seed } from '#shared/database/seed.ts';
import { declareDomains } from '#shared/declare-domains.ts';

/** What bundles are called against. */
export interface StackServices {
  /** The whole environment of a call. */
  readonly environment: Readonly<Record<string, string>>;
  /** Folders that functions may read and write: media and temporary files. */
  readonly data: readonly string[];
}

/** Starts throw-away servers with the seeded content, or takes those that the environment names; leaves nothing. */
export const withStackServices = async (work: (services: StackServices) => Promise<void>): Promise<void> => {
  const directory = await mkdtemp(join(tmpdir(), 'japanesestudent-stacks-'));
  const data = ['media', 'tmp'].map((name) => join(directory, name));
  const [media = '', temporary = ''] = data;
  for (const each of data) await mkdir(each);
  const services = await startServices({
    directory,
    durability: 'throw-away',
    environment: process.env,
    progress: (line) => console.log(line),
  });
  try {
    const environment = {
      ...services.environment,
      APP_ENV: 'local',
      LOG_LEVEL: 'error',
      RATE_LIMIT_PER_MINUTE: '0',
      PASSWORD_BCRYPT_COST: '4',
      MEDIA_BASE_PATH: media,
      TMPDIR: temporary,
    };
    await declareDomains();
    const config = loadConfig(environment);
    const db = openDatabase({ ...config, DB_POOL_SIZE: 2 });
    await migrate(db);
    await seed(db, config);
    await db.destroy();
    await work({ environment, data });
  } finally {
    await services.stop();
    await rm(directory, { recursive: true, force: true });
  }
};
