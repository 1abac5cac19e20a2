import type { Log } from '../log/log.ts';
import type { Resources } from './resources.ts';

/** What any function may use; tests pass their own. */
export interface Context extends Resources {
  /** The present time; rules and use cases never read the clock themselves. */
  readonly now: () => Date;
  /** Aborted when the caller no longer waits or the process is told to stop. */
  readonly signal: AbortSignal;
  /** Travels into tasks and their logs. */
  readonly requestId: string;
  readonly log: Log;
}
