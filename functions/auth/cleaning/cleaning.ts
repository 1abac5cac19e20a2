import { endedSessionKeptMs } from '#shared/auth/rebuild-marks.ts';
import { withTransaction } from '#shared/database/transaction.ts';
import type { Context } from '#shared/host/context.ts';
import {
  type Cleaner,
  deleteDoneMailRequests,
  deleteEndedSessions,
  deleteExpiredLinks,
  deleteExpiredSessions,
  deleteOldEvents,
  deleteRemovedSessions,
  deleteUnusedNetworks,
  dropExpiredPendingEmails,
} from './queries/cleaning.ts';

/** Each session takes its refresh tokens along, so a batch stays a short transaction. */
const BATCH = 500;
/** A webhook waits 15 s for its answer; what is left is for the next call. */
const BUDGET_MS = 10_000;
const DAY_MS = 86_400_000;

interface Step {
  readonly clean: Cleaner;
  /** How long after its end a row is kept. */
  readonly keptMs: number;
  /** Whether its rows are counted in the answer. */
  readonly counted?: boolean;
}

/** What is removed and when (auth.md R31). */
const stepsOf = ({ config }: Context): Readonly<Record<string, Step>> => ({
  endedSessions: { clean: deleteEndedSessions, keptMs: 0, counted: true },
  expiredSessions: { clean: deleteExpiredSessions, keptMs: 0, counted: true },
  // From their ids lost marks are rebuilt, and tokens are judged until they are.
  removedSessions: { clean: deleteRemovedSessions, keptMs: endedSessionKeptMs(config) },
  links: { clean: deleteExpiredLinks, keptMs: 30 * DAY_MS, counted: true },
  pendingEmails: { clean: dropExpiredPendingEmails, keptMs: 0 },
  // A network must stay for as long as it exempts from a limit (R21).
  networks: {
    clean: deleteUnusedNetworks,
    keptMs: Math.max(30 * DAY_MS, config.AUTH_KNOWN_NETWORK_AGE),
  },
  events: { clean: deleteOldEvents, keptMs: config.AUTH_EVENTS_RETENTION },
  mailRequests: { clean: deleteDoneMailRequests, keptMs: DAY_MS },
});

/**
 * Removes what is over, in batches that others can work between, and returns how many sessions and links there
 * were. One that takes too long leaves the rest to the next call.
 */
export const cleanTokens = async (context: Context): Promise<number> => {
  const { db, log, signal } = context;
  const startedAt = performance.now();
  const inTime = () => !signal.aborted && performance.now() - startedAt < BUDGET_MS;
  const removed = new Map<string, number>();
  let deleted = 0;
  for (const [name, { clean, keptMs, counted = false }] of Object.entries(stepsOf(context))) {
    const at = new Date(context.now().getTime() - keptMs);
    for (let last = BATCH; last === BATCH && inTime(); ) {
      last = await withTransaction(db, (transaction) => clean(transaction, at, BATCH));
      removed.set(name, (removed.get(name) ?? 0) + last);
      if (counted) deleted += last;
    }
  }
  log.info({ removed: Object.fromEntries(removed), isComplete: inTime() }, 'accounts cleaned');
  return deleted;
};
