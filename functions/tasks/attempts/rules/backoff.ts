/** The ladder of rule E6: how long to wait after the first, second, … failed attempt. */
export interface Backoff {
  readonly delaysSeconds: readonly number[];
  /** Share of each delay by which chance may shorten or lengthen it, 0 to 1. */
  readonly jitter: number;
}

/**
 * Milliseconds from the end of a failed attempt (1 is the first) to the next, or undefined when it was the last.
 * `chance` is uniform in [0, 1).
 */
export const delayAfter = (attempt: number, backoff: Backoff, chance: number): number | undefined => {
  const seconds = backoff.delaysSeconds[attempt - 1];
  if (seconds === undefined) return undefined;
  return Math.round(seconds * 1_000 * (1 + backoff.jitter * (2 * chance - 1)));
};
