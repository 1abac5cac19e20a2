import { mkdir } from 'node:fs/promises';
import { PACKAGES_DIRECTORY } from '../paths.ts';
import type { Progress } from '../progress.ts';
import { startDatabaseService } from './database-service.ts';
import type { DatabaseAddress } from './mariadb.ts';
import type { RedisAddress } from './redis.ts';
import { startRedisService } from './redis-service.ts';
import { readState, writeState } from './state.ts';
import { readWishes } from './wishes.ts';

/** How MariaDB and Redis are to be obtained. */
export interface ServiceOptions {
  /** Absolute; receives data, logs and pid files of private instances. */
  readonly directory: string;
  /** `throw-away` trades durability for speed and lets the user create databases. */
  readonly durability: 'durable' | 'throw-away';
  /** The caller's variables: DB_HOST and REDIS_HOST name servers to be used instead of private ones. */
  readonly environment: NodeJS.ProcessEnv;
  readonly progress: Progress;
}

/** MariaDB and Redis, both answering. */
export interface Services {
  readonly database: DatabaseAddress;
  readonly redis: RedisAddress & { readonly url: string };
  /** DB_* and REDIS_* for child processes. */
  readonly environment: Readonly<Record<string, string>>;
  /** Stops what was started; servers named by the environment stay untouched. */
  readonly stop: () => Promise<void>;
}

const redisUrl = ({ host, port, password, db }: RedisAddress): string =>
  `redis://${password === '' ? '' : `:${encodeURIComponent(password)}@`}${host.includes(':') ? `[${host}]` : host}:${port}/${db}`;

const variables = (database: DatabaseAddress, redis: RedisAddress): Record<string, string> => ({
  DB_HOST: database.host,
  DB_PORT: String(database.port),
  DB_NAME: database.name,
  DB_USER: database.user,
  DB_PASSWORD: database.password,
  REDIS_HOST: redis.host,
  REDIS_PORT: String(redis.port),
  REDIS_DB: String(redis.db),
  REDIS_PASSWORD: redis.password,
});

/** The servers that the environment names, as people know them. */
export const namedServers = (
  environment: NodeJS.ProcessEnv,
): { readonly database?: string; readonly redis?: string } => {
  const {
    databaseHost,
    databasePort = 3306,
    databaseName,
    redisHost,
    redisPort = 6379,
    redisDb,
  } = readWishes(environment);
  return {
    ...(databaseHost ? { database: `${databaseName} at ${databaseHost}:${databasePort}` } : {}),
    ...(redisHost ? { redis: `${redisDb} at ${redisHost}:${redisPort}` } : {}),
  };
};

/**
 * Obtains MariaDB and Redis, each by the first way that works: named by the environment, programs of the machine,
 * Docker Compose, Debian's packages.
 * @throws LocalFailure in one line, with nothing left running
 */
export const startServices = async (options: ServiceOptions): Promise<Services> => {
  const { directory, durability, environment, progress } = options;
  const wishes = readWishes(environment);
  await mkdir(directory, { recursive: true });
  const state = await readState(directory);
  await writeState(directory, state);
  const setting = {
    directory,
    throwAway: durability === 'throw-away',
    shelf: PACKAGES_DIRECTORY,
    progress,
    wishes,
    state,
  };
  const [database, redis] = await Promise.allSettled([
    startDatabaseService(setting),
    startRedisService(setting),
  ]);
  const stop = async (): Promise<void> => {
    await Promise.all(
      [database, redis].map((service) => (service.status === 'fulfilled' ? service.value.stop() : undefined)),
    );
  };
  if (database.status === 'rejected' || redis.status === 'rejected') {
    await stop();
    throw [database, redis].find((service) => service.status === 'rejected')?.reason;
  }
  const addresses = { database: database.value.address, redis: redis.value.address };
  await writeState(directory, {
    ...state,
    ...(wishes.databaseHost === undefined ? { databasePort: addresses.database.port } : {}),
    ...(wishes.redisHost === undefined ? { redisPort: addresses.redis.port } : {}),
    named: namedServers(environment),
  });
  return {
    database: addresses.database,
    redis: { ...addresses.redis, url: redisUrl(addresses.redis) },
    environment: variables(addresses.database, addresses.redis),
    stop,
  };
};
