import { Kysely, type KyselyPlugin, MysqlDialect } from 'kysely';
import type { Pool } from 'mysql2';
import type { Config } from '../config/config.ts';
import { boundedPool } from './bounded-pool.ts';
import { guardHolders } from './holding.ts';
import type { Tables } from './tables.ts';

/** What only the functions of `transaction.ts` may do, or would make one kind of connection look like another. */
type Withheld =
  | 'transaction'
  | 'startTransaction'
  | 'connection'
  | 'destroy'
  | 'isTransaction'
  | 'withPlugin'
  | 'withoutPlugins'
  | 'withSchema'
  | 'withTables';

/** Whatever statements can be sent to; queries take this, and don't care whether they are in a transaction. */
export interface Queryable extends Omit<Kysely<Tables>, Withheld> {}

declare const kind: unique symbol;

/** The pool: every statement takes a connection of its own. Nothing that runs in a transaction may have it. */
export interface Database extends Queryable {
  readonly [kind]: 'pool';
  /** The same pool, whose statements pass through the plugin. */
  withPlugin(plugin: KyselyPlugin): Database;
  destroy(): Promise<void>;
}

/** An open transaction; what needs one takes this and can't be given the pool by mistake. */
export interface Transaction extends Queryable {
  readonly [kind]: 'transaction';
}

/** A connection that is kept without a transaction, as the holder of a named lock. */
export interface ReservedConnection extends Queryable {
  readonly [kind]: 'connection';
}

type ConnectionSettings = Pick<
  Config,
  | 'APP_ENV'
  | 'DB_HOST'
  | 'DB_PORT'
  | 'DB_NAME'
  | 'DB_USER'
  | 'DB_PASSWORD'
  | 'DB_POOL_SIZE'
  | 'DB_POOL_QUEUE'
  | 'DB_ACQUIRE_TIMEOUT'
>;

/** No statement of ours takes this long; the server ends one that does. */
const MAXIMUM_STATEMENT_SECONDS = 30;

const SESSION = `SET time_zone = '+00:00', max_statement_time = ${MAXIMUM_STATEMENT_SECONDS},
  sql_mode = 'STRICT_ALL_TABLES,ONLY_FULL_GROUP_BY,ERROR_FOR_DIVISION_BY_ZERO,NO_ZERO_DATE,NO_ZERO_IN_DATE,NO_ENGINE_SUBSTITUTION',
  tx_isolation = 'READ-COMMITTED'`;

/** Loads the driver with the first statement, because some functions never send any. */
const openPool = async (settings: ConnectionSettings): Promise<Pool> => {
  // A bundle knows no names of what a CommonJS package exports, only the whole.
  const { default: mysql } = await import('mysql2');
  return mysql.createPool({
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
};

/** Opens the one pool of a process; connections are made when they are needed, so this never fails. */
export const openDatabase = (settings: ConnectionSettings): Database => {
  const db = new Kysely<Tables>({
    dialect: new MysqlDialect({
      pool: async () => boundedPool(await openPool(settings), { session: SESSION, ...settings }),
    }),
  }) as unknown as Database;
  if (settings.APP_ENV !== 'production') guardHolders(db);
  return db;
};
