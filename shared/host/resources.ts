import type { Redis } from 'ioredis';
import { openPasswordHasher, type PasswordHasher } from '../auth/password-hasher.ts';
import type { Config } from '../config/config.ts';
import { processConfig } from '../config/process-config.ts';
import { type Database, openDatabase } from '../database/database.ts';
import { declareDomains } from '../declare-domains.ts';
import { createLog, type Log } from '../log/log.ts';
import { type Mailer, openMailer } from '../mail/mailer.ts';
import { openQueues, type Queues } from '../queue/queues.ts';
import { openRedis } from '../redis/redis.ts';
import { openStorage, type Storage } from '../storage/storage.ts';
import { machineClock } from './machine-clock.ts';

/** What all functions of a process share: one pool, one Redis connection, one set of producers. */
export interface Resources {
  readonly config: Config;
  readonly log: Log;
  readonly db: Database;
  readonly redis: Redis;
  readonly queues: Queues;
  readonly mailer: Mailer;
  readonly passwords: PasswordHasher;
  readonly storage: Storage;
  /** The present time; nothing that answers, works or seeds reads the clock of the machine itself. */
  readonly now: () => Date;
  /** Aborts what runs in the background, when the process must end and can't wait for it any longer. */
  readonly stopping: AbortController;
}

/** The composition root: builds everything a process needs from its configuration. */
export const openResources = async (
  config: Config,
  log = createLog(config.LOG_LEVEL),
  now = machineClock,
): Promise<Resources> => {
  const redis = openRedis(config, log);
  // Wait for the first connection, so that the first request sees revocation marks; Redis may be away, too.
  await redis.connect().catch(() => undefined);
  return {
    config,
    log,
    redis,
    db: openDatabase(config),
    queues: openQueues(config, log),
    mailer: openMailer(config, now),
    passwords: openPasswordHasher(config),
    storage: openStorage(config, log),
    now,
    stopping: new AbortController(),
  };
};

// Keyed on globalThis: a plugin and the handlers may be loaded by different module loaders of one process.
const KEY = Symbol.for('japanesestudent.resources');
const store = globalThis as { [KEY]?: Promise<Resources> };

const openDeclared = async (): Promise<Resources> => {
  await declareDomains();
  return openResources(processConfig());
};

/** The resources of this process, opened at first use. */
export const processResources = (): Promise<Resources> => {
  store[KEY] ??= openDeclared();
  return store[KEY];
};

/** Closes what {@link openResources} opened, in reverse order. */
export const closeResources = async (resources: Resources): Promise<void> => {
  const { storage, passwords, mailer, queues, db, redis } = resources;
  await storage.close();
  await passwords.close();
  mailer.close();
  await queues.close();
  await db.destroy();
  redis.disconnect();
};

/** Tells the background work of this process to give up what it does; effects that have begun may still happen. */
export const abortProcessWork = async (): Promise<void> => {
  const opened = store[KEY];
  if (opened) (await opened).stopping.abort();
};

/** Closes the resources of this process, if any were opened. */
export const closeProcessResources = async (): Promise<void> => {
  const opened = store[KEY];
  delete store[KEY];
  if (opened) await closeResources(await opened);
};

/** Makes these the resources of this process, for tests that call handlers; returns what undoes it. */
export const useResources = (resources: Resources): (() => void) => {
  store[KEY] = Promise.resolve(resources);
  return () => {
    delete store[KEY];
  };
};
