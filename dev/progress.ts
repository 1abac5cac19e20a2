/** Receives one line of progress, without line end. */
export type Progress = (line: string) => void;

const seconds = (since: number): string => `${((performance.now() - since) / 1_000).toFixed(1)} s`;

/** Runs a step and reports it with its duration when it is done, and before that every two seconds. */
export const step = async <T>(progress: Progress, label: string, work: () => Promise<T>): Promise<T> => {
  const begun = performance.now();
  const heartbeat = setInterval(() => progress(`  … ${label} (${seconds(begun)} so far)`), 2_000);
  try {
    const result = await work();
    progress(`  ✓ ${label} (${seconds(begun)})`);
    return result;
  } finally {
    clearInterval(heartbeat);
  }
};

/** Aligns rows of label and value in two columns. */
export const table = (rows: readonly (readonly [label: string, value: string])[]): string[] => {
  const width = Math.max(0, ...rows.map(([label]) => label.length));
  return rows.map(([label, value]) => `  ${label.padEnd(width)}  ${value}`.trimEnd());
};
