/** `npm run migrate`: brings the schema of the configured database up to date. */
import { processConfig } from '#shared/config/process-config.ts';
import { openDatabase } from '#shared/database/database.ts';
import { migrate } from '#shared/database/migrate.ts';

const db = openDatabase(processConfig());
try {
  const applied = await migrate(db);
  console.log(applied.length === 0 ? 'schema is up to date' : `applied ${applied.join(', ')}`);
} finally {
  await db.destroy();
}
