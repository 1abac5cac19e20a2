/** `npm run schema`: writes docs/schema.sql, what all migrations together make, from a throw-away MariaDB. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServices } from '#dev/services/services.ts';
import { loadConfig } from '#shared/config/config.ts';
import { openDatabase } from '#shared/database/database.ts';
import { migrate } from '#shared/database/migrate.ts';
import { describeSchema } from '#shared/database/schema.ts';
import { declareDomains } from '#shared/declare-domains.ts';

const directory = await mkdtemp(join(tmpdir(), 'japanesestudent-schema-'));
const services = await startServices({
  directory,
  durability: 'throw-away',
  environment: {},
  progress: console.log,
});
await declareDomains();
const db = openDatabase(loadConfig({ ...services.environment, APP_ENV: 'test' }));
try {
  await migrate(db);
  await writeFile('docs/schema.sql', await describeSchema(db));
  console.log('docs/schema.sql written');
} finally {
  await db.destroy();
  await services.stop();
  await rm(directory, { recursive: true, force: true });
}
