import { type Config, loadConfig } from '#shared/config/config.ts';
import { type Database, openDatabase } from '#shared/database/database.ts';
import { declareDomains } from '#shared/declare-domains.ts';
import { explain } from './explain.ts';
import { checkNamedDatabase } from './services/named-database.ts';

/** Runs work on the database that the environment names and prints the line it returns, or why it cannot. */
export const runOnDatabase = async (
  work: (db: Database, config: Config) => Promise<string>,
): Promise<void> => {
  try {
    await declareDomains();
    const config = loadConfig(process.env);
    const { DB_HOST: host, DB_PORT: port, DB_USER: user, DB_PASSWORD: password, DB_NAME: name } = config;
    await checkNamedDatabase({ host, port, user, password, name }, false);
    const db = openDatabase(config);
    try {
      console.log(await work(db, config));
    } finally {
      await db.destroy();
    }
  } catch (error) {
    console.error(explain(error));
    process.exitCode = 1;
  }
};
