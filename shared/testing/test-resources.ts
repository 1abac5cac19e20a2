import { rebuildMarks } from '../auth/rebuild-marks.ts';
import { loadConfig } from '../config/config.ts';
import type { Context } from '../host/context.ts';
import { machineClock } from '../host/machine-clock.ts';
import { closeResources, openResources, type Resources } from '../host/resources.ts';
import { createLog } from '../log/log.ts';
import { setDatabaseClock } from './database-clock.ts';
import { createDatabase, fillDatabase } from './test-database.ts';

/** Resources on a database of their own, migrated and empty but for mail templates. */
export interface TestResources extends Resources {
  /** A context for use cases and workers; the clock is that of these resources unless `now` is given. */
  context(overrides?: Partial<Context>): Context;
  /**
   * Stops the clock at a time: of everything that has these resources and of their connections to MariaDB. Without a
   * time both go on with the real one.
   */
  at(time?: Date): Promise<void>;
  /** Closes everything and drops the database. */
  close(): Promise<void>;
}

/** The environment that scripts/test.ts gives: throw-away MariaDB and Redis. */
export const testEnvironment = (overrides: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({
  LOG_LEVEL: 'silent',
  PASSWORD_BCRYPT_COST: '4',
  RATE_LIMIT_PER_MINUTE: '0',
  DB_POOL_SIZE: '10',
  // The machine of the tests does other work, too.
  DB_ACQUIRE_TIMEOUT: '10s',
  ...process.env,
  APP_ENV: 'test',
  ...overrides,
});

/** Creates a database and a Redis prefix that no other test file shares. */
export const openTestResources = async (overrides: NodeJS.ProcessEnv = {}): Promise<TestResources> => {
  const database = await createDatabase((suffix) =>
    loadConfig(testEnvironment({ ...overrides, DB_NAME: `test_${suffix}`, REDIS_PREFIX: `test-${suffix}` })),
  );
  const { config } = database;
  let now = machineClock;
  const resources = await openResources(config, createLog(config.LOG_LEVEL), () => now());
  await fillDatabase(resources.db, config);
  // As in a system that has run for a while; with Redis unavailable there are no marks.
  await rebuildMarks(resources).catch(() => false);
  return {
    ...resources,
    context: (given = {}) => ({
      ...resources,
      signal: new AbortController().signal,
      requestId: 'test',
      ...given,
    }),
    at: async (time) => {
      await setDatabaseClock(resources.db, config.DB_POOL_SIZE, time);
      now = time === undefined ? machineClock : () => new Date(time);
    },
    close: async () => {
      await closeResources(resources);
      await database.drop();
    },
  };
};
