import { type Kysely, sql } from 'kysely';
import { Migrator } from 'kysely/migration';
import { type MigrationFile, migrationFiles } from '../checkout/migrations.ts';
import { FORMER_FOLDERS } from '../domains.ts';
import type { Database, Queryable, ReservedConnection } from './database.ts';
import { MigrationFailure } from './migration-failure.ts';
import { withConnection } from './transaction.ts';

const TABLE = 'schema_migrations';
/** Below the limit that sessions set on statements. */
const LOCK_WAIT_SECONDS = 10;

const hasTable = async (db: Queryable): Promise<boolean> =>
  (await sql`SHOW TABLES LIKE ${TABLE}`.execute(db)).rows.length > 0;

/** Gives the migrations of a folder that has another name now their new names, so that none runs twice. */
const followRenamedFolders = async (db: Queryable): Promise<void> => {
  if (!(await hasTable(db))) return;
  for (const [former, folder] of Object.entries(FORMER_FOLDERS)) {
    await sql`UPDATE ${sql.table(TABLE)} SET name = CONCAT(${folder}, SUBSTRING(name, ${former.length + 1}))
      WHERE name LIKE ${`${former}/%`}`.execute(db);
  }
};

/** Names of the migrations that have run; none before the first one made their table. */
const executedNames = async (db: Queryable): Promise<Set<string>> => {
  if (!(await hasTable(db))) return new Set();
  const { rows } = await sql<{ name: string }>`SELECT name FROM ${sql.table(TABLE)}`.execute(db);
  return new Set(rows.map(({ name }) => name));
};

const order = (files: readonly MigrationFile[]) => {
  const position = new Map(files.map(({ name }, index) => [name, index]));
  return (a: string, b: string): number => (position.get(a) ?? -1) - (position.get(b) ?? -1);
};

/** Runs the work on one connection while no other process of this database migrates; waits for one that does. */
const whileAlone = <T>(db: Database, work: (connection: ReservedConnection) => Promise<T>): Promise<T> =>
  withConnection(db, async (connection) => {
    const name = sql`CONCAT(DATABASE(), '.migrate')`;
    const tryLock = sql<{ got: number }>`SELECT GET_LOCK(${name}, ${LOCK_WAIT_SECONDS}) AS got`;
    while ((await tryLock.execute(connection)).rows[0]?.got !== 1);
    try {
      return await work(connection);
    } finally {
      await sql`SELECT RELEASE_LOCK(${name})`.execute(connection).catch(() => undefined);
    }
  });

/** A database that newer code has migrated fits no older code, and the migrator would only call it corrupted. */
const refuseUnknown = (executed: ReadonlySet<string>, files: readonly MigrationFile[]): void => {
  const known = new Set(files.map(({ name }) => name));
  const unknown = [...executed].filter((name) => !known.has(name));
  if (unknown.length === 0) return;
  throw new MigrationFailure(
    `The database is newer than this checkout, which lacks the migration ${unknown.join(', ')}: switch to the branch that has it, or to a database of your own (npm run reset empties the local one)`,
  );
};

/** The migrator sorts all that it is shown by name; our order is another, so it is shown one new migration at a time. */
const runNext = async (db: ReservedConnection, files: readonly MigrationFile[]): Promise<string[]> => {
  const executed = await executedNames(db);
  refuseUnknown(executed, files);
  const next = files.find(({ name }) => !executed.has(name));
  const shown = files.filter((file) => executed.has(file.name) || file === next);
  const migrator = new Migrator({
    db: db as unknown as Kysely<unknown>,
    provider: {
      getMigrations: async () =>
        Object.fromEntries(await Promise.all(shown.map(async ({ name, load }) => [name, await load()]))),
    },
    nameComparator: order(files),
    // A domain may gain a migration after a later domain's first one has run.
    allowUnorderedMigrations: true,
    migrationTableName: TABLE,
    migrationLockTableName: `${TABLE}_lock`,
  });
  const { error, results = [] } = await migrator.migrateToLatest();
  if (!error) return results.map(({ migrationName }) => migrationName);
  const failed = results.find(({ status }) => status === 'Error')?.migrationName ?? next?.name ?? '';
  const path = files.find(({ name }) => name === failed)?.path ?? failed;
  const reason = error instanceof Error ? error.message : String(error);
  throw new MigrationFailure(
    `The migration ${path} failed: ${reason.replace(/\s*\n\s*/g, ' ')}. Correct it or the data, then run npm run migrate`,
    { cause: error },
  );
};

/**
 * Brings the schema up to date and returns the names of the migrations that ran. A lock in the database lets
 * only one of several callers work; the others wait and find nothing to do.
 */
export const migrate = (db: Database, files = migrationFiles()): Promise<string[]> =>
  whileAlone(db, async (connection) => {
    await followRenamedFolders(connection);
    const ran: string[] = [];
    let names: string[];
    do {
      names = await runNext(connection, files);
      ran.push(...names);
    } while (names.length > 0);
    return ran;
  });
