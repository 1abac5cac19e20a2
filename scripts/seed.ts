/** `npm run seed`: inserts the content that the domains ship; running it again only restores what is missing. */
import { seed } from '#shared/database/seed.ts';
import { runOnDatabase } from '#shared/local/database-script.ts';

await runOnDatabase(async (db, config) => `seeded ${(await seed(db, config)).join(', ')}`);
