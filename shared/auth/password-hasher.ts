import { openGate } from '../async/gate.ts';
import type { Config } from '../config/config.ts';
import { refuseWhileHolding } from '../database/holding.ts';
import { AppError } from '../errors/app-error.ts';
import { openPasswordThreads } from './password-threads.ts';
import type { PasswordTask } from './password-worker.ts';

/** bcrypt in worker threads, so that no request holds the event loop (auth.md R4-R6). */
export interface PasswordHasher {
  /** A new hash of the configured cost. @throws AppError `unavailable` when too many wait already */
  hash(password: string, signal?: AbortSignal): Promise<string>;
  /**
   * Whether the password has this hash. Without a hash it takes the same time and is false.
   * @throws AppError `unavailable` when too many wait already
   */
  check(password: string, hash: string | undefined, signal?: AbortSignal): Promise<boolean>;
  /** Whether the hash was made with another cost than the configured one. */
  isOutdated(hash: string): boolean;
  close(): Promise<void>;
}

type Settings = Pick<Config, 'PASSWORD_BCRYPT_COST' | 'PASSWORD_HASH_WORKERS'>;

/** At a quarter of a second each, more could not be served within the deadline of a request. */
const MAXIMUM_WAITING_PER_WORKER = 100;

/** Starts its threads at first use. */
export const openPasswordHasher = (settings: Settings): PasswordHasher => {
  const cost = settings.PASSWORD_BCRYPT_COST;
  const threads = openPasswordThreads(settings.PASSWORD_HASH_WORKERS);
  // Piscina puts a task that it could not hand out back at the tail, and counts none that has a signal in its
  // limit. So it never gets more than it has threads for, and the waiting is done here.
  const gate = openGate({
    places: settings.PASSWORD_HASH_WORKERS,
    mostWaiting: MAXIMUM_WAITING_PER_WORKER * settings.PASSWORD_HASH_WORKERS,
    refusal: () => new AppError('unavailable'),
  });

  const run = async (task: PasswordTask, signal: AbortSignal | undefined): Promise<unknown> => {
    refuseWhileHolding('a password hash');
    const leave = await gate.enter(signal);
    try {
      return await threads.run(task, signal);
    } finally {
      leave();
    }
  };

  return {
    hash: async (password, signal) => String(await run({ kind: 'hash', password, cost }, signal)),
    check: async (password, hash, signal) =>
      (await run({ kind: 'check', password, hash, cost }, signal)) === true,
    isOutdated: (hash) => Number(/^\$2[aby]\$(\d\d)\$/.exec(hash)?.[1]) !== cost,
    close: () => threads.close(),
  };
};
