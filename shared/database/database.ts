import { CompiledQuery, Kysely, MysqlDialect } from 'kysely';
import { createPool, type Pool } from 'mysql2';
import type { Config } from '../config/config.ts';
import type { Tables } from './tables.ts';

/** The pool, or a transaction on one of its connections: queries take either. */
export type Database = Kysely<Tables>;

type ConnectionSettings = Pick<
  Config,
  'DB_HOST' | 'DB_PORT' | 'DB_NAME' | 'DB_USER' | 'DB_PASSWORD' | 'DB_POOL_SIZE'
>;

/** No statement of ours takes this long; the server ends one that does. */
const MAXIMUM_STATEMENT_SECONDS = 30;

const SESSION = `SET time_zone = '+00:00', max_statement_time = ${MAXIMUM_STATEMENT_SECONDS},
  sql_mode = 'STRICT_ALL_TABLES,ONLY_FULL_GROUP_BY,ERROR_FOR_DIVISION_BY_ZERO,NO_ZERO_DATE,NO_ZERO_IN_DATE,NO_ENGINE_SUBSTITUTION',
  tx_isolation = 'READ-COMMITTED'`;

const openPool = (settings: ConnectionSettings): Pool =>
  createPool({
    host: settings.DB_HOST,
    port: settings.DB_PORT,
    database: settings.DB_NAME,
    user: settings.DB_USER,
    password: settings.DB_PASSWORD,
    connectionLimit: settings.DB_POOL_SIZE,
    maxIdle: settings.DB_POOL_SIZE,
    connectTimeout: 5_000,
    enableKeepAlive: true,
    charset: 'utf8mb4_bin',
    timezone: 'Z',
    supportBigNumbers: true,
  });

/** Opens the one pool of a process; connections are made when they are needed, so this never fails. */
export const openDatabase = (settings: ConnectionSettings): Database =>
  new Kysely<Tables>({
    dialect: new MysqlDialect({
      pool: async () => openPool(settings),
      onCreateConnection: async (connection) => {
        await connection.executeQuery(CompiledQuery.raw(SESSION));
      },
    }),
  });
