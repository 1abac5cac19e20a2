import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { sql } from 'kysely';
import { createConnection } from 'mysql2/promise';
import { domainSeeds } from '../checkout/seeds.ts';
import type { Config } from '../config/config.ts';
import { type Database, openDatabase } from '../database/database.ts';
import { migrate } from '../database/migrate.ts';
import { machineClock } from '../host/machine-clock.ts';

/** Names the file with the statements that copy the run's template; without it each database is migrated. */
export const COPYING_SCRIPT = 'TEST_DATABASE_SCRIPT';

/** A new, empty database on the server of the tests, and who may drop it. */
export interface NewDatabase {
  readonly config: Config;
  /** Whose name the database has in its own. */
  readonly suffix: string;
  drop(): Promise<void>;
}

/** Creates an empty database; `configFor` gives the configuration that names it. */
export const createDatabase = async (configFor: (suffix: string) => Config): Promise<NewDatabase> => {
  const suffix = randomBytes(6).toString('hex');
  const config = configFor(suffix);
  const name = sql.id(config.DB_NAME);
  const admin = openDatabase({ ...config, DB_NAME: process.env['DB_NAME'] ?? 'mysql', DB_POOL_SIZE: 1 });
  await sql`CREATE DATABASE ${name} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`.execute(admin);
  return {
    config,
    suffix,
    drop: async () => {
      await sql`DROP DATABASE IF EXISTS ${name}`.execute(admin);
      await admin.destroy();
    },
  };
};

const copyTemplate = async (config: Config, path: string): Promise<void> => {
  const connection = await createConnection({
    host: config.DB_HOST,
    port: config.DB_PORT,
    user: config.DB_USER,
    password: config.DB_PASSWORD,
    database: config.DB_NAME,
    charset: 'utf8mb4_bin',
    multipleStatements: true,
  });
  try {
    await connection.query(await readFile(path, 'utf8'));
  } finally {
    await connection.end();
  }
};

/** Gives an empty database the schema, and the mail templates that domains ship; use cases count on those. */
export const buildDatabase = async (db: Database, config: Config): Promise<void> => {
  await migrate(db);
  const seeds = domainSeeds().filter(({ domain }) => domain === 'tasks');
  for (const { load } of seeds) await (await load()).seed(db, config, machineClock);
};

/** Gives an empty database what {@link buildDatabase} does, from the template of the run if there is one. */
export const fillDatabase = async (db: Database, config: Config): Promise<void> => {
  const script = process.env[COPYING_SCRIPT];
  if (script === undefined) await buildDatabase(db, config);
  else await copyTemplate(config, script);
};
