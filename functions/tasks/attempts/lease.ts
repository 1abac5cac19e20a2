import type { Log } from '#shared/log/log.ts';

/** The lease of one attempt while its worker works on it. */
export interface HeldLease {
  /** Aborted when the lease is lost; from then on the worker starts no effect and changes nothing. */
  readonly signal: AbortSignal;
  /** Milliseconds until it would end without a further renewal; not positive once it has. */
  remainingMs(): number;
  release(): void;
}

/** How a lease that was just taken is kept. */
export interface LeaseOptions {
  readonly seconds: number;
  /** When the claim was sent off, on the clock of `performance.now()`: the lease ends no earlier than we think. */
  readonly takenAt: number;
  /** False when the lease is no longer ours. */
  readonly renew: () => Promise<boolean>;
  readonly log: Log;
}

/** Renewals for each length of a lease (rule E4). */
const RENEWALS = 3;

/** Keeps a lease until it is released; a renewal that can't reach the database is tried again at the next turn. */
export const holdLease = ({ seconds, takenAt, renew, log }: LeaseOptions): HeldLease => {
  const lengthMs = seconds * 1_000;
  const loss = new AbortController();
  let endsAt = takenAt + lengthMs;
  const remainingMs = (): number => endsAt - performance.now();

  const turn = async (): Promise<void> => {
    const sentAt = performance.now();
    try {
      if (await renew()) endsAt = sentAt + lengthMs;
      else endsAt = Number.NEGATIVE_INFINITY;
    } catch (error) {
      log.warn({ err: error }, 'a lease could not be renewed');
    }
    if (remainingMs() <= 0) loss.abort();
  };

  const timer = setInterval(() => void turn(), lengthMs / RENEWALS);
  return { signal: loss.signal, remainingMs, release: () => clearInterval(timer) };
};
