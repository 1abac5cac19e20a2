import { firstLine, LocalFailure } from '../local-failure.ts';
import { step } from '../progress.ts';
import type { Running, Setting } from './database-service.ts';
import { startComposeService, stopComposeService } from './docker.ts';
import { keepRunning } from './keep-running.ts';
import { climb } from './ladder.ts';
import { fetchRedis, findRedis, isSupportedRedis, type RedisAddress, startRedis, tryRedis } from './redis.ts';

const named = async (host: string, { progress, wishes }: Setting): Promise<Running<RedisAddress>> => {
  const address = {
    host,
    port: wishes.redisPort ?? 6379,
    password: wishes.redisPassword ?? '',
    db: wishes.redisDb,
  };
  await step(progress, `Redis at ${host}:${address.port}`, () =>
    tryRedis(address).catch((error: unknown) => {
      throw new LocalFailure(`No Redis at REDIS_HOST ${host}:${address.port}: ${firstLine(error)}`);
    }),
  );
  return { address, stop: () => Promise.resolve() };
};

/** Redis by the first way that works; see the ladder in `ladder.ts`. */
export const startRedisService = async (setting: Setting): Promise<Running<RedisAddress>> => {
  const { directory, throwAway, shelf, progress, wishes, state } = setting;
  if (wishes.redisHost !== undefined) return named(wishes.redisHost, setting);
  const access = { password: wishes.redisPassword ?? state.redisPassword, db: wishes.redisDb };
  return climb(
    {
      label: 'Redis',
      needed: '7',
      variable: 'REDIS_HOST',
      debianPackage: 'redis-server',
      find: findRedis,
      isSupported: isSupportedRedis,
      fetch: () => fetchRedis(shelf, progress),
      startProgram: async (program) => {
        const preferredPort = wishes.redisPort ?? state.redisPort;
        const instance = { directory, throwAway, ...access, preferredPort };
        const { process, address } = await startRedis(program, instance);
        if (throwAway) return { address, stop: process.stop };
        const again = async () =>
          (await startRedis(program, { ...instance, fixedPort: address.port })).process;
        return { address, stop: keepRunning('Redis', process, again, progress).stop };
      },
      startContainer: async () => {
        const port = await startComposeService(directory, {
          name: 'redis',
          innerPort: 6379,
          variables: { LOCAL_REDIS_PASSWORD: access.password },
        });
        return {
          address: { ...access, host: '127.0.0.1', port },
          stop: () => stopComposeService(directory, 'redis', throwAway),
        };
      },
    },
    progress,
  );
};
