const SAME_REQUEST_MS = 1_000;
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/**
 * Calls `stop` once with the exit code that shells expect, at the first SIGINT, SIGTERM or SIGHUP, or when the
 * process that started this one with an IPC channel has died. A second signal calls `kill`.
 */
export const onStopRequest = (stop: (exitCode: number) => void, kill: (exitCode: number) => void): void => {
  let requestedAt: number | undefined;
  const request = (exitCode: number): void => {
    if (requestedAt === undefined) {
      requestedAt = performance.now();
      stop(exitCode);
      return;
    }
    // Terminal, npm and bootstrap each deliver the same Ctrl-C.
    if (performance.now() - requestedAt > SAME_REQUEST_MS) kill(exitCode);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => request(EXIT_CODES[signal]));
  }
  process.once('disconnect', () => request(EXIT_CODES.SIGHUP));
};
