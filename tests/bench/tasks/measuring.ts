/** The smallest value that the given share of all values does not exceed (nearest rank); NaN for none. */
export const percentile = (values: readonly number[], share: number): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
};

/** Seconds that the work took. */
export const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const startedAt = performance.now();
  await work();
  return (performance.now() - startedAt) / 1_000;
};

/** Does something `count` times, so many at a time. */
export const repeat = async (
  count: number,
  atATime: number,
  work: (index: number) => Promise<unknown>,
): Promise<void> => {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) {
      const index = next;
      next += 1;
      await work(index);
    }
  };
  await Promise.all(Array.from({ length: atATime }, lane));
};

/** Waits until something is so, looking every few milliseconds. */
export const until = async (isSo: () => Promise<boolean>, pauseMs = 25): Promise<void> => {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, pauseMs));
};
