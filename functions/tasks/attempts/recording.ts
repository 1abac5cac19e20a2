import { setTimeout as sleep } from 'node:timers/promises';
import { isDatabaseUnavailable, isRetryableConflict } from '#shared/database/errors.ts';
import type { HeldLease } from './lease.ts';

const PAUSE_MS = 250;

/** Repeats a write while MariaDB is unavailable, until the lease would have ended (rule E5). */
export const recordWhileHeld = async <T>(lease: HeldLease, write: () => Promise<T>): Promise<T> => {
  for (;;) {
    try {
      return await write();
    } catch (error) {
      const mayPass = isDatabaseUnavailable(error) || isRetryableConflict(error);
      if (!mayPass || lease.remainingMs() <= PAUSE_MS) throw error;
    }
    await sleep(PAUSE_MS);
  }
};
