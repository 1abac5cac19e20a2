import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServices } from '#dev/services/services.ts';
import { loadConfig } from '#shared/config/config.ts';
import { migrate } from '#shared/database/migrate.ts';
import { declareDomains } from '#shared/declare-domains.ts';
import type { Context } from '#shared/host/context.ts';
import { closeResources, openResources } from '#shared/host/resources.ts';
import { type Child, startChild } from './children.ts';

/** Durable servers of its own, a mail server, and the context that requests would have. */
export interface BenchWorld {
  readonly context: Context;
  readonly sink: Child;
  /** Starts one worker process a core, as an operator would. */
  readonly startWorkers: (module: string) => Promise<readonly Child[]>;
  readonly stop: () => Promise<void>;
}

/** Requests that are served at a time. */
export const REQUESTS_AT_A_TIME = 32;

const SETTINGS = {
  APP_ENV: 'test',
  LOG_LEVEL: 'warn',
  DB_POOL_SIZE: String(REQUESTS_AT_A_TIME),
  TASK_IMMEDIATE_CONCURRENCY: '50',
  SMTP_POOL_SIZE: '10',
};

/** Brings everything up; MariaDB flushes its log at every commit, Redis appends to its file every second. */
export const openBenchWorld = async (): Promise<BenchWorld> => {
  const directory = await mkdtemp(join(tmpdir(), 'japanesestudent-bench-'));
  const services = await startServices({
    directory,
    durability: 'durable',
    environment: {},
    progress: (line) => console.log(line),
  });
  const sink = await startChild('./smtp-sink.ts', {});
  const environment = {
    ...services.environment,
    ...SETTINGS,
    SMTP_HOST: '127.0.0.1',
    SMTP_PORT: String(sink.greeting['port']),
  };
  await declareDomains();
  const resources = await openResources(loadConfig(environment));
  await migrate(resources.db);
  const context = {
    ...resources,
    signal: new AbortController().signal,
    requestId: 'bench',
  };
  return {
    context,
    sink,
    startWorkers: (module) =>
      Promise.all(Array.from({ length: availableParallelism() }, () => startChild(module, environment))),
    stop: async () => {
      await sink.stop();
      await closeResources(resources);
      await services.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
};
