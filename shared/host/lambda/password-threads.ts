import type { PasswordThreads } from '../../auth/password-threads.ts';

/**
 * Runs bcrypt in the process itself: an instance of Lambda serves one request at a time, so nobody else waits for
 * its event loop, and a thread would only make the first request slower. Takes the place of the threads in bundles.
 */
export const openPasswordThreads = (): PasswordThreads => ({
  run: async (task, signal) => {
    signal?.throwIfAborted();
    return (await import('../../auth/password-worker.ts')).run(task);
  },
  close: async () => undefined,
});
