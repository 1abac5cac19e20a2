import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { firstLine, LocalFailure } from '../local-failure.ts';
import type { Progress } from '../progress.ts';
import { unpackDebianPackages } from './debian.ts';
import { untilAnswers } from './patience.ts';
import { freePort } from './ports.ts';
import { type BackgroundProcess, runCommand, startBackground, stopOrphan } from './processes.ts';
import { findServer, isAtLeast } from './programs.ts';

const ATTEMPTS = 3;

/** The server's program as found on the machine or unpacked; Valkey counts as Redis. */
export interface RedisProgram {
  readonly server: string;
  readonly version: string;
  readonly environment: NodeJS.ProcessEnv;
}

/** Where Redis answers; an empty password means none. */
export interface RedisAddress {
  readonly host: string;
  readonly port: number;
  readonly password: string;
  readonly db: number;
}

/** What a private instance needs besides its program. */
export interface RedisInstance {
  /** Its data go to `<directory>/redis`, its log and pid file beside. */
  readonly directory: string;
  readonly throwAway: boolean;
  readonly password: string;
  readonly db: number;
  readonly preferredPort: number | undefined;
  /** The port it must have, because it had it before. */
  readonly fixedPort?: number;
}

/** The version in the answer to `redis-server --version` or `valkey-server --version`. */
export const parseRedisVersion = (output: string): string | undefined =>
  /server v=(\d+\.\d+\.\d+)/i.exec(output)?.[1];

const described = async (
  server: string,
  environment: NodeJS.ProcessEnv,
): Promise<RedisProgram | undefined> => {
  const { output } = await runCommand(server, ['--version'], { environment });
  const version = parseRedisVersion(output);
  return version === undefined ? undefined : { server, version, environment };
};

/** Redis or Valkey on this machine, of any version. */
export const findRedis = async (): Promise<RedisProgram | undefined> => {
  const server = await findServer('redis-server', 'valkey-server');
  return server ? described(server, process.env) : undefined;
};

/** Whether the version is one the product supports (7 or newer). */
export const isSupportedRedis = ({ version }: RedisProgram): boolean => isAtLeast(version, 7, 0);

/** Redis from Debian's packages, unpacked below `shelf`. */
export const fetchRedis = async (shelf: string, progress: Progress): Promise<RedisProgram> => {
  const { root, libraryPath } = await unpackDebianPackages(['redis-server'], join(shelf, 'redis'), progress);
  const program = await described(join(root, 'usr/bin/redis-server'), {
    ...process.env,
    LD_LIBRARY_PATH: libraryPath,
  });
  if (!program) throw new LocalFailure(`The Redis unpacked in ${root} does not run`);
  if (!isSupportedRedis(program)) {
    throw new LocalFailure(`This distribution offers Redis ${program.version}, 7 or newer is needed`);
  }
  return program;
};

/** Pings once. @throws the driver's error */
export const tryRedis = async ({ host, port, password, db }: RedisAddress): Promise<void> => {
  const redis = new Redis({
    host,
    port,
    db,
    lazyConnect: true,
    connectTimeout: 5_000,
    maxRetriesPerRequest: 0,
    retryStrategy: null,
    ...(password === '' ? {} : { password }),
  });
  let failure: unknown;
  redis.on('error', (error) => {
    failure = error;
  });
  try {
    await redis.connect();
    await redis.ping();
  } catch (error) {
    throw failure ?? error;
  } finally {
    redis.disconnect();
  }
};

const configuration = ({ password, throwAway }: RedisInstance, port: number): string =>
  [
    'bind 127.0.0.1',
    `port ${port}`,
    'dir ./',
    'daemonize no',
    'appendonly yes',
    `appendfsync ${throwAway ? 'no' : 'everysec'}`,
    'save ""',
    'maxmemory-policy noeviction',
    'databases 16',
    `requirepass ${JSON.stringify(password)}`,
    '',
  ].join('\n');

/** Starts a private instance, append-only and without eviction, on a free port of the loopback interface. */
export const startRedis = async (
  program: RedisProgram,
  instance: RedisInstance,
): Promise<{ process: BackgroundProcess; address: RedisAddress }> => {
  const { directory, password, db, preferredPort, fixedPort } = instance;
  const data = join(directory, 'redis');
  const pidFile = join(directory, 'redis.pid');
  const logFile = join(directory, 'redis.log');
  const configurationFile = join(directory, 'redis.conf');
  await mkdir(data, { recursive: true });
  await stopOrphan(pidFile, data);
  for (let count = 1; ; count += 1) {
    const port = fixedPort ?? (await freePort(count === 1 ? preferredPort : undefined));
    await writeFile(configurationFile, configuration(instance, port), { mode: 0o600 });
    const process = await startBackground({
      command: program.server,
      args: [configurationFile],
      environment: program.environment,
      directory: data,
      logFile,
      pidFile,
    });
    const address = { host: '127.0.0.1', port, password, db };
    try {
      await untilAnswers({
        ...process,
        logFile,
        ask: () => tryRedis(address),
        // While it loads its data it says LOADING to everything.
        isRefusal: (error) => /^(WRONGPASS|NOAUTH|ERR)\b/.test(firstLine(error)),
        pauseMs: 15,
      });
      return { process, address };
    } catch (error) {
      const wasEnded = process.ended();
      await process.stop();
      if (fixedPort === undefined && count < ATTEMPTS && wasEnded) continue;
      throw new LocalFailure(`Redis did not start: ${firstLine(error)} (log: ${logFile})`, { cause: error });
    }
  }
};
