/**
 * The result of `work`, or a rejection with `reason()` when it takes longer than `milliseconds`.
 * The work itself goes on; its later failure is swallowed.
 */
export const withTimeout = async <T>(
  milliseconds: number,
  work: Promise<T>,
  reason: () => Error,
): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(reason()), milliseconds);
  });
  work.catch(() => undefined);
  try {
    return await Promise.race([work, tooLate]);
  } finally {
    clearTimeout(timer);
  }
};
