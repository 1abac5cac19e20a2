const REASONS: Readonly<Record<string, string>> = {
  SIGKILL: 'the system ended it, as it does when memory runs out, or somebody killed it',
  SIGTERM: 'somebody asked it to end',
  SIGINT: 'somebody asked it to end',
  SIGHUP: 'its terminal was closed',
  SIGSEGV: 'it crashed',
  SIGABRT: 'it gave up after an internal error',
  SIGBUS: 'it crashed, as programs do when the disk is full',
  SIGXFSZ: 'it may not write files of that size',
};

/** How a process ended, in words: signals mean nothing to most people. */
export const exitReason = (code: number | null, signal: NodeJS.Signals | null): string =>
  signal === null ? `exit code ${code}` : (REASONS[signal] ?? `it was ended by ${signal}`);
