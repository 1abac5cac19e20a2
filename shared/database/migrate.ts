import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Kysely } from 'kysely';
import { type Migration, type MigrationProvider, Migrator } from 'kysely/migration';
import type { Database } from './database.ts';
import { DOMAINS } from './domains.ts';

const FUNCTIONS = fileURLToPath(new URL('../../functions', import.meta.url));
const FILE = /^(\d{4}-[a-z0-9-]+)\.ts$/;

/** A migration as it is found on disk: `auth/0001-accounts`. */
export interface MigrationFile {
  readonly name: string;
  readonly path: string;
}

/** All migrations of all domains, domains in import order and each domain's by number. */
export const migrationFiles = (): MigrationFile[] =>
  DOMAINS.flatMap((domain) => {
    const folder = join(FUNCTIONS, domain, 'migrations');
    if (!existsSync(folder)) return [];
    return readdirSync(folder)
      .sort()
      .flatMap((file) => {
        const name = FILE.exec(file)?.[1];
        return name ? [{ name: `${domain}/${name}`, path: join(folder, file) }] : [];
      });
  });

const provider = (files: readonly MigrationFile[]): MigrationProvider => ({
  getMigrations: async () => {
    const loaded = files.map(async ({ name, path }) => {
      const migration = (await import(/* @vite-ignore */ pathToFileURL(path).href)) as Migration;
      return [name, migration] as const;
    });
    return Object.fromEntries(await Promise.all(loaded));
  },
});

const order = (files: readonly MigrationFile[]) => {
  const position = new Map(files.map(({ name }, index) => [name, index]));
  return (a: string, b: string): number => (position.get(a) ?? -1) - (position.get(b) ?? -1);
};

/**
 * Brings the schema up to date and returns the names of the migrations that ran. A lock in the database lets
 * only one of several callers work; the others wait and find nothing to do.
 */
export const migrate = async (db: Database, files = migrationFiles()): Promise<string[]> => {
  const migrator = new Migrator({
    db: db as unknown as Kysely<unknown>,
    provider: provider(files),
    nameComparator: order(files),
    // A domain may gain a migration after a later domain's first one has run.
    allowUnorderedMigrations: true,
    migrationTableName: 'schema_migrations',
    migrationLockTableName: 'schema_migrations_lock',
  });
  const { error, results = [] } = await migrator.migrateToLatest();
  if (error) {
    const failed = results.find(({ status }) => status === 'Error');
    throw new Error(`migration ${failed?.migrationName ?? ''} failed`, { cause: error });
  }
  return results.map(({ migrationName }) => migrationName);
};
