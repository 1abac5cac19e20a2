const cpuMs = (): number => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
};

/**
 * The longest turn of the event loop during the work, in milliseconds that this thread computed: other processes on
 * a busy machine do not count.
 */
export const longestTurnMs = async (work: () => Promise<unknown>): Promise<number> => {
  let longest = 0;
  let isOver = false;
  let before = cpuMs();
  const watching = new Promise<void>((resolve) => {
    const turn = (): void => {
      const now = cpuMs();
      longest = Math.max(longest, now - before);
      before = now;
      if (isOver) resolve();
      else setImmediate(turn);
    };
    setImmediate(turn);
  });
  await work();
  isOver = true;
  await watching;
  return longest;
};
