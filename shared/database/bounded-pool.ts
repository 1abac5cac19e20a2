import type { MysqlPool, MysqlPoolConnection } from 'kysely';
import type { Pool, PoolConnection } from 'mysql2';
import { type Leave, openGate } from '../async/gate.ts';
import type { Config } from '../config/config.ts';
import { refuseWhileHolding } from './holding.ts';

/** No connection became free in time: too many wait already, or this caller has waited long enough. */
export class PoolBusyError extends Error {
  override readonly name = 'PoolBusyError';
  readonly code = 'POOL_BUSY';
}

type Bounds = Pick<Config, 'DB_POOL_SIZE' | 'DB_POOL_QUEUE' | 'DB_ACQUIRE_TIMEOUT'> & {
  /** The statement that every new connection begins with. */
  readonly session: string;
};

/** A connection on loan: it goes back once, whichever way, and its place with it. */
const lend = (connection: PoolConnection, leave: Leave): MysqlPoolConnection => {
  let isLent = true;
  const giveBack = (how: () => void): void => {
    if (!isLent) return;
    isLent = false;
    how();
    leave();
  };
  return {
    config: connection.config,
    threadId: connection.threadId,
    connect: (callback) => connection.connect((error) => callback?.(error)),
    query: connection.query.bind(connection) as MysqlPoolConnection['query'],
    release: () => giveBack(() => connection.release()),
    destroy: () => giveBack(() => connection.destroy()),
  };
};

/**
 * The driver's pool behind a waiting line with an end and a longest wait, neither of which the driver has. Whoever
 * gives up waits for a place, not for a connection, so no connection arrives that nobody takes any more.
 */
export const boundedPool = (
  pool: Pool,
  { session, DB_POOL_SIZE, DB_POOL_QUEUE, DB_ACQUIRE_TIMEOUT }: Bounds,
): MysqlPool => {
  const gate = openGate({
    places: DB_POOL_SIZE,
    mostWaiting: DB_POOL_QUEUE,
    longestWaitMs: DB_ACQUIRE_TIMEOUT,
    refusal: (reason) =>
      new PoolBusyError(
        reason === 'full' ? 'too many wait for a connection' : 'no connection became free in time',
      ),
  });
  const prepared = new WeakSet<PoolConnection>();

  const connect = (): Promise<PoolConnection> =>
    new Promise((resolve, reject) => {
      pool.getConnection((error, connection) => {
        if (error) reject(error);
        else resolve(connection);
      });
    });

  const prepare = (connection: PoolConnection): Promise<void> =>
    new Promise((resolve, reject) => {
      if (prepared.has(connection)) return resolve();
      connection.query(session, (error) => {
        if (error) {
          // A connection whose session has other settings must never be used.
          connection.destroy();
          return reject(error);
        }
        prepared.add(connection);
        resolve();
      });
    });

  const acquire = async (): Promise<MysqlPoolConnection> => {
    refuseWhileHolding('another connection');
    const leave = await gate.enter();
    try {
      const connection = await connect();
      await prepare(connection);
      return lend(connection, leave);
    } catch (error) {
      leave();
      throw error;
    }
  };

  return {
    getConnection: (callback) => {
      acquire().then(
        (connection) => callback(undefined, connection),
        (error: unknown) => callback(error, undefined as never),
      );
    },
    end: (callback) => pool.end(callback),
  };
};
