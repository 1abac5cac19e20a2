import type { Config } from '../config/config.ts';

/** Prefix of all BullMQ keys; the braces keep the keys of one queue on one node of a Redis Cluster. */
export const queuePrefix = (config: Pick<Config, 'REDIS_PREFIX'>): string => `{${config.REDIS_PREFIX}}`;
