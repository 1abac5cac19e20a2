import type { Config } from '#shared/config/config.ts';
import type { Backoff } from './rules/backoff.ts';

/** The configured ladder of rule E6. */
export const backoffOf = (config: Config): Backoff => ({
  delaysSeconds: config.TASK_RETRY_DELAYS_SECONDS,
  jitter: config.TASK_RETRY_JITTER,
});
