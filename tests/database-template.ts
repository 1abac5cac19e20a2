import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '#shared/config/config.ts';
import { openDatabase } from '#shared/database/database.ts';
import { declareDomains } from '#shared/declare-domains.ts';
import { copyingScript } from '#shared/testing/database-template.ts';
import { buildDatabase, COPYING_SCRIPT, createDatabase } from '#shared/testing/test-database.ts';
import { testEnvironment } from '#shared/testing/test-resources.ts';

/** Builds one database for the whole run; every test file gets a copy of it. */
export const setup = async (): Promise<() => Promise<void>> => {
  await declareDomains();
  const { config, suffix, drop } = await createDatabase((each) =>
    loadConfig(testEnvironment({ DB_NAME: `test_template_${each}` })),
  );
  const db = openDatabase({ ...config, DB_POOL_SIZE: 2 });
  await buildDatabase(db, config);
  const path = join(tmpdir(), `copying-script-${suffix}.sql`);
  await writeFile(path, await copyingScript(db));
  await db.destroy();
  process.env[COPYING_SCRIPT] = path;
  return async () => {
    delete process.env[COPYING_SCRIPT];
    await rm(path, { force: true });
    await drop();
  };
};
