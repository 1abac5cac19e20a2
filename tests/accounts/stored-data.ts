import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import type { Database } from '#shared/database/database.ts';

/** A column whose value says which user a row belongs to. */
export interface UserColumn {
  readonly table: string;
  readonly column: string;
}

/** How columns that hold a user are named, also those without a foreign key. */
const USER_NAMES =
  '^(.+_)?(user|owner|actor|author|creator|tutor|student|learner|member|admin|account)(_user)?_(id|key)$';

/** Every column of the schema that holds a user's id: by its foreign key to `users`, or by its name. */
export const userColumns = async (db: Database): Promise<UserColumn[]> => {
  const { rows } = await sql<UserColumn>`
    SELECT table_name AS \`table\`, column_name AS \`column\` FROM information_schema.key_column_usage
    WHERE table_schema = DATABASE() AND referenced_table_name = 'users' AND referenced_column_name = 'id'
    UNION
    SELECT table_name, column_name FROM information_schema.columns
    WHERE table_schema = DATABASE() AND column_name REGEXP ${USER_NAMES}
    ORDER BY 1, 2`.execute(db);
  return rows;
};

/** Tables with a row for a user, at any number of foreign keys from one that names the user. */
export const userTables = async (db: Database): Promise<Set<string>> => {
  const { rows } = await sql<{ child: string; parent: string }>`
    SELECT table_name AS child, referenced_table_name AS parent FROM information_schema.key_column_usage
    WHERE table_schema = DATABASE() AND referenced_table_name IS NOT NULL`.execute(db);
  const found = new Set(['users', ...(await userColumns(db)).map(({ table }) => table)]);
  for (let before = 0; before !== found.size; ) {
    before = found.size;
    for (const { child, parent } of rows) {
      // A media file may be pointed to by anything; what points to it is found by its own user column.
      if (found.has(parent) && parent !== 'media') found.add(child);
    }
  }
  return found;
};

/** All rows of all tables, each row as text. */
export type Snapshot = ReadonlyMap<string, readonly string[]>;

const asText = (_key: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'type' in value && value.type === 'Buffer' && 'data' in value
    ? Buffer.from(value.data as number[]).toString('hex')
    : value;

/** Reads the whole database but its migrations. */
export const readEverything = async (db: Database): Promise<Snapshot> => {
  const { rows: tables } = await sql<{ name: string }>`
    SELECT table_name AS name FROM information_schema.tables
    WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE' AND table_name NOT LIKE 'schema\\_migrations%'
    ORDER BY table_name`.execute(db);
  const snapshot = new Map<string, string[]>();
  for (const { name } of tables) {
    const { rows } = await sql`SELECT * FROM ${sql.table(name)}`.execute(db);
    snapshot.set(name, rows.map((row) => JSON.stringify(row, asText)).sort());
  }
  return snapshot;
};

/** Rows in which a column holds the user. */
export const countRows = async (
  db: Database,
  { table, column }: UserColumn,
  userId: number,
): Promise<number> => {
  const { rows } = await sql<{ n: number }>`
    SELECT COUNT(*) AS n FROM ${sql.table(table)} WHERE ${sql.ref(column)} = ${userId}`.execute(db);
  return Number(rows[0]?.n);
};

/** All files below a directory, sorted. */
export const listFiles = async (root: string): Promise<string[]> => {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .sort();
};

/** All rows of the database that hold one of the texts. */
export const databaseRowsWith = async (db: Database, texts: readonly string[]): Promise<string[]> => {
  const everything = [...(await readEverything(db))].flatMap(([table, rows]) =>
    rows.map((row) => `${table}: ${row}`),
  );
  return everything.filter((row) => texts.some((text) => row.includes(text)));
};
