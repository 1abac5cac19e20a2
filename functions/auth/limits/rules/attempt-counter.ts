import type { Limit } from '#shared/config/parsers.ts';

/** One counter of attempts: a fixed window of counted ones, and attempts that are not decided yet. */
export interface AttemptCounter {
  readonly count: number;
  /** End of the window in milliseconds since the epoch; 0 when none is open. */
  readonly endsAt: number;
  /** Whether the refusals of this window have been reported. */
  readonly reported: boolean;
  /** When the reservation of each undecided attempt lapses by itself, by its id. */
  readonly pending: Readonly<Record<string, number>>;
}

/** `wait`: only undecided attempts stand in the way. */
export type AttemptVerdict = 'reserved' | 'wait' | 'limited';

/** What becomes of an attempt in one counter: counted, forgotten, or forgotten with all counted before it. */
export type AttemptEnd = 'count' | 'release' | 'clear';

/** Counted attempts of the open window, as callers are told. */
export interface AttemptCount {
  readonly count: number;
  readonly endsAt: number;
}

/** A counter that nothing has happened to. */
export const EMPTY_COUNTER: AttemptCounter = { count: 0, endsAt: 0, reported: false, pending: {} };

/** The counter as it is now: without a window that is over and without reservations that have lapsed. */
export const current = (counter: AttemptCounter, now: number): AttemptCounter => {
  const open = counter.endsAt > now;
  return {
    count: open ? counter.count : 0,
    endsAt: open ? counter.endsAt : 0,
    reported: open && counter.reported,
    pending: Object.fromEntries(Object.entries(counter.pending).filter(([, lapsesAt]) => lapsesAt > now)),
  };
};

const verdictOf = (counters: readonly AttemptCounter[], limits: readonly number[]): AttemptVerdict => {
  const rooms = counters.map(({ count, pending }, index) => {
    const limit = limits[index] ?? 0;
    return { counted: limit - count, free: limit - count - Object.keys(pending).length };
  });
  if (rooms.some(({ counted }) => counted <= 0)) return 'limited';
  return rooms.some(({ free }) => free <= 0) ? 'wait' : 'reserved';
};

/**
 * Reserves one attempt in all counters or in none, so that of parallel wrong attempts no more than the limit are
 * ever judged (auth.md R23). `report` is true for the first refusal of some counter's window.
 */
export const reserve = (
  stored: readonly AttemptCounter[],
  limits: readonly number[],
  attempt: { readonly id: string; readonly now: number; readonly lapsesAt: number },
): { verdict: AttemptVerdict; report: boolean; counters: AttemptCounter[] } => {
  const counters = stored.map((counter) => current(counter, attempt.now));
  const verdict = verdictOf(counters, limits);
  if (verdict === 'reserved') {
    const reserved = counters.map((counter) => ({
      ...counter,
      pending: { ...counter.pending, [attempt.id]: attempt.lapsesAt },
    }));
    return { verdict, report: false, counters: reserved };
  }
  const reached = counters.map(({ count }, index) => count >= (limits[index] ?? 0));
  const report = counters.some((counter, index) => reached[index] && !counter.reported);
  return {
    verdict,
    report,
    counters: counters.map((counter, index) => (reached[index] ? { ...counter, reported: true } : counter)),
  };
};

/** Decides an attempt in one counter; the first counted one opens the window. */
export const settle = (
  stored: AttemptCounter,
  end: AttemptEnd,
  limit: Limit,
  attempt: { readonly id: string; readonly now: number },
): AttemptCounter => {
  const counter = current(stored, attempt.now);
  const { [attempt.id]: _decided, ...pending } = counter.pending;
  if (end === 'release') return { ...counter, pending };
  if (end === 'clear') return { ...EMPTY_COUNTER, pending };
  return {
    ...counter,
    count: counter.count + 1,
    endsAt: counter.endsAt === 0 ? attempt.now + limit.windowMs : counter.endsAt,
    pending,
  };
};
