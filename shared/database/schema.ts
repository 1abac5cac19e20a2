import { sql } from 'kysely';
import type { Database } from './database.ts';

/**
 * The whole schema as SQL text: every table's own definition, ordered by name, without counters that depend on
 * rows. Two databases with equal text have equal schemas.
 */
export const describeSchema = async (db: Database): Promise<string> => {
  const { rows } = await sql<{ name: string }>`
    SELECT table_name AS name FROM information_schema.tables
    WHERE table_schema = DATABASE() AND table_name NOT LIKE 'schema\\_migrations%' ORDER BY table_name`.execute(
    db,
  );
  const definitions: string[] = [];
  for (const { name } of rows) {
    const shown = await sql<Record<string, string>>`SHOW CREATE TABLE ${sql.id(name)}`.execute(db);
    definitions.push((shown.rows[0]?.['Create Table'] ?? '').replace(/ AUTO_INCREMENT=\d+/, ''));
  }
  return `${definitions.map((definition) => `${definition};\n`).join('\n')}`;
};
