/** `npm run seed`: inserts the content that the domains ship; running it again changes nothing. */
import { processConfig } from '#shared/config/process-config.ts';
import { openDatabase } from '#shared/database/database.ts';
import { seed } from '#shared/database/seed.ts';

const config = processConfig();
const db = openDatabase(config);
try {
  console.log(`seeded ${(await seed(db, config)).join(', ')}`);
} finally {
  await db.destroy();
}
