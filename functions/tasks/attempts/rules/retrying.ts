import { type Backoff, delayAfter } from './backoff.ts';
import { type Failure, isPermanent } from './failure.ts';

/** An attempt that failed; `chance` is uniform in [0, 1). */
export interface FailedAttempt {
  /** 1 is the first. */
  readonly attempt: number;
  readonly failure: Failure;
  readonly chance: number;
}

/** Milliseconds until the next attempt of an item (rules E6, E7), or undefined when there is none. */
export const retryDelay = (
  { attempt, failure, chance }: FailedAttempt,
  backoff: Backoff,
): number | undefined => {
  const delayMs = delayAfter(attempt, backoff, chance);
  if (delayMs === undefined || isPermanent(failure)) return undefined;
  return failure.code === 'interrupted' ? 0 : delayMs;
};
