import type { Config } from '#shared/config/config.ts';
import type { Ladder } from './rules/ladder.ts';

/** The configured ladder of rule E6. */
export const ladderOf = (config: Config): Ladder => ({
  delaysSeconds: config.TASK_RETRY_DELAYS_SECONDS,
  jitter: config.TASK_RETRY_JITTER,
});
