import { createConnection } from 'mysql2/promise';
import { firstLine, LocalFailure } from '../local-failure.ts';
import type { DatabaseAddress } from './mariadb.ts';

const CREATE_PROBE = 'test_probe_of_rights';

/**
 * Checks the database server that the environment names, and creates the named database if it is missing.
 * @param mayCreate also demands the right to create databases called `test_…`
 * @throws LocalFailure naming host, port and reason
 */
export const checkNamedDatabase = async (
  { host, port, user, password, name }: DatabaseAddress,
  mayCreate: boolean,
): Promise<void> => {
  const where = `${host}:${port}`;
  const connection = await createConnection({ host, port, user, password, connectTimeout: 5_000 }).catch(
    (error: unknown) => {
      throw new LocalFailure(`No database at DB_HOST ${where} for user ${user}: ${firstLine(error)}`);
    },
  );
  const statements = [`CREATE DATABASE IF NOT EXISTS \`${name}\` CHARACTER SET utf8mb4`, `USE \`${name}\``];
  if (mayCreate) {
    statements.push(
      `CREATE DATABASE IF NOT EXISTS ${CREATE_PROBE}`,
      `DROP DATABASE IF EXISTS ${CREATE_PROBE}`,
    );
  }
  try {
    const [rows] = await connection.query('SHOW DATABASES LIKE ?', [name]);
    // A user of one existing database need not hold the right to create any.
    const missing = Array.isArray(rows) && rows.length === 0;
    for (const statement of missing ? statements : statements.slice(1)) await connection.query(statement);
  } catch (error) {
    throw new LocalFailure(`User ${user} lacks rights on the database at ${where}: ${firstLine(error)}`);
  } finally {
    await connection.end();
  }
};
