import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { type Services, startServices } from '#dev/services/services.ts';

/** A Redis that only one test file uses, so that it may be flushed, paused and started again. */
export interface OwnRedis {
  /** Environment for those who are to use it. */
  readonly environment: Readonly<Record<string, string>>;
  /** Sends a command on a connection of its own, which a pause of clients holds up like any other. */
  command(name: string, ...args: (string | number)[]): Promise<unknown>;
  /** Stops it and starts it on the same port, with or without its data. */
  restart(options: { readonly keepsData: boolean }): Promise<void>;
  close(): Promise<void>;
}

const start = (directory: string): Promise<Services> =>
  startServices({
    directory,
    durability: 'throw-away',
    environment: { ...process.env, REDIS_HOST: undefined, REDIS_PORT: undefined, REDIS_PASSWORD: undefined },
    progress: () => undefined,
  });

/** Starts it; MariaDB stays the one of the tests. */
export const openOwnRedis = async (): Promise<OwnRedis> => {
  const directory = await mkdtemp(join(tmpdir(), 'japanesestudent-own-redis-'));
  let services = await start(directory);
  const variables = Object.entries(services.environment).filter(([name]) => name.startsWith('REDIS_'));
  return {
    environment: Object.fromEntries(variables),
    command: async (name, ...args) => {
      const redis = new Redis(services.redis.url, { retryStrategy: null, maxRetriesPerRequest: 0 });
      redis.on('error', () => undefined);
      try {
        return await redis.call(name, ...args);
      } finally {
        redis.disconnect();
      }
    },
    restart: async ({ keepsData }) => {
      await services.stop();
      if (!keepsData) await rm(join(directory, 'redis'), { recursive: true, force: true });
      services = await start(directory);
    },
    close: async () => {
      await services.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
};
