import { Redis } from 'ioredis';
import type { Config } from '../config/config.ts';
import { refuseWhileHolding } from '../database/holding.ts';
import type { Log } from '../log/log.ts';
import { createOutageLog } from '../log/outage.ts';

type RedisSettings = Pick<Config, 'REDIS_HOST' | 'REDIS_PORT' | 'REDIS_DB' | 'REDIS_PASSWORD'>;

/** Nothing that a request asks of Redis is worth waiting longer for. */
const COMMAND_TIMEOUT_MS = 500;
const LONGEST_RECONNECT_PAUSE_MS = 1_000;

/** Address of the configured Redis, with the password: never to be logged. */
export const redisUrl = (settings: RedisSettings): string => {
  const password = settings.REDIS_PASSWORD ? `:${encodeURIComponent(settings.REDIS_PASSWORD)}@` : '';
  return `redis://${password}${settings.REDIS_HOST}:${settings.REDIS_PORT}/${settings.REDIS_DB}`;
};

/**
 * Opens the connection that requests share. While Redis is unavailable each command fails at once instead of waiting
 * in line, because every caller has something to do without it; the connection comes back by itself.
 */
export const openRedis = (settings: RedisSettings, log: Log): Redis => {
  const redis = new Redis(redisUrl(settings), {
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    connectTimeout: 2_000,
    commandTimeout: COMMAND_TIMEOUT_MS,
    retryStrategy: (attempt) => Math.min(attempt * 50, LONGEST_RECONNECT_PAUSE_MS),
  });
  const send = redis.sendCommand.bind(redis);
  redis.sendCommand = (...command) => {
    refuseWhileHolding('Redis');
    return send(...command);
  };
  const outage = createOutageLog(log, 'redis');
  redis.on('error', outage.missed);
  redis.on('ready', outage.worked);
  return redis;
};
