import type { LimitState } from '../errors/refusal-data.ts';
import type { Log } from '../log/log.ts';
import type { Resources } from './resources.ts';

/**
 * What work inside a transaction may use: no pool, and nothing that it would have to wait for. The queues and
 * Redis are there for what follows the commit.
 */
export type TransactionContext = Omit<Context, 'db' | 'passwords' | 'mailer' | 'storage'>;

/** What any function may use; tests pass their own. */
export interface Context extends Resources {
  /** Aborted when the caller no longer waits or the process is told to stop. */
  readonly signal: AbortSignal;
  /** Travels into tasks and their logs. */
  readonly requestId: string;
  readonly log: Log;
  /** Tells the caller, if there is one, where they stand with limits that counted the request. */
  readonly reportLimits?: (states: readonly LimitState[]) => void;
}
