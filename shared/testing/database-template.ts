import { sql } from 'kysely';
import type { Database, Queryable } from '../database/database.ts';

const columnsOf = async (db: Queryable, table: string): Promise<string> => {
  const { rows } = await sql<{ name: string }>`SELECT COLUMN_NAME AS name FROM information_schema.COLUMNS
    WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ${table} AND IFNULL(GENERATION_EXPRESSION, '') = ''
    ORDER BY ORDINAL_POSITION`.execute(db);
  return rows.map(({ name }) => `\`${name}\``).join(', ');
};

/**
 * The statements that make a copy of this database in the one in which they are run, on the same server.
 * @throws Error where the database has more than tables, which no statement here would copy
 */
export const copyingScript = async (db: Database): Promise<string> => {
  const { rows } = await sql<{ schema: string; name: string; type: string }>`
    SELECT TABLE_SCHEMA AS \`schema\`, TABLE_NAME AS name, TABLE_TYPE AS type FROM information_schema.TABLES
    WHERE TABLE_SCHEMA = DATABASE() ORDER BY name`.execute(db);
  const others =
    await sql`SELECT TRIGGER_NAME FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE()
    UNION ALL SELECT ROUTINE_NAME FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = DATABASE()`.execute(
      db,
    );
  const strange = rows.filter(({ type }) => type !== 'BASE TABLE');
  if (strange.length + others.rows.length > 0) throw new Error('the template holds more than tables');
  const statements = ['SET foreign_key_checks = 0'];
  for (const { schema, name } of rows) {
    const table = sql.table(name);
    const shown = await sql<{ 'Create Table': string }>`SHOW CREATE TABLE ${table}`.execute(db);
    statements.push(shown.rows[0]?.['Create Table'] ?? '');
    if ((await sql`SELECT 1 FROM ${table} LIMIT 1`.execute(db)).rows.length === 0) continue;
    const columns = await columnsOf(db, name);
    statements.push(`INSERT INTO \`${name}\` (${columns}) SELECT ${columns} FROM \`${schema}\`.\`${name}\``);
  }
  return statements.join(';\n');
};
