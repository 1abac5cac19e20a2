/** `npm run migrate`: brings the schema of the configured database up to date. */

import { runOnDatabase } from '#dev/database-script.ts';
import { migrate } from '#shared/database/migrate.ts';

await runOnDatabase(async (db) => {
  const applied = await migrate(db);
  return applied.length === 0 ? 'schema is up to date' : `applied ${applied.join(', ')}`;
});
