import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { rebuildMarks } from '../auth/rebuild-marks.ts';
import { type Config, loadConfig } from '../config/config.ts';
import { openDatabase } from '../database/database.ts';
import { migrate } from '../database/migrate.ts';
import type { Context } from '../host/context.ts';
import { closeResources, openResources, type Resources } from '../host/resources.ts';
import { createLog } from '../log/log.ts';

/** Resources on a database of their own, migrated and empty but for what migrations insert. */
export interface TestResources extends Resources {
  /** A context for use cases and workers; the clock is real unless `now` is given. */
  context(overrides?: Partial<Context>): Context;
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
  const suffix = randomBytes(6).toString('hex');
  const name = `test_${suffix}`;
  const environment = testEnvironment({ ...overrides, DB_NAME: name, REDIS_PREFIX: `test-${suffix}` });
  const config: Config = loadConfig(environment);
  const admin = openDatabase({ ...config, DB_NAME: process.env['DB_NAME'] ?? 'mysql', DB_POOL_SIZE: 2 });
  await sql`CREATE DATABASE ${sql.id(name)} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`.execute(admin);
  const resources = await openResources(config, createLog(config.LOG_LEVEL));
  await migrate(resources.db);
  // As in a system that has run for a while; with Redis away there are no marks.
  await rebuildMarks(resources).catch(() => false);
  return {
    ...resources,
    context: (given = {}) => ({
      ...resources,
      signal: new AbortController().signal,
      requestId: 'test',
      ...given,
    }),
    close: async () => {
      await closeResources(resources);
      await sql`DROP DATABASE IF EXISTS ${sql.id(name)}`.execute(admin);
      await admin.destroy();
    },
  };
};
