/** `npm run seed`: inserts the content that the domains ship; running it again only restores what is missing. */

import { runOnDatabase } from '#dev/database-script.ts';
import { seed } from '#shared/database/seed.ts';

await runOnDatabase(async (db, config) => `seeded ${(await seed(db, config)).join(', ')}`);
