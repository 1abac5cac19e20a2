import { randomUUID } from 'node:crypto';
import { onePer } from '#shared/async/one-per.ts';
import { isDatabaseUnavailable } from '#shared/database/errors.ts';
import type { Resources } from '#shared/host/resources.ts';
import { createBatcher } from '#shared/queue/batcher.ts';
import type { AnyOutcome, AttemptKind } from './attempt-kind.ts';

/** What a job gets for its attempt. */
export type Claim<Claimed> =
  | { readonly kind: 'won'; readonly item: Claimed; readonly takenAt: number }
  | { readonly kind: 'early'; readonly waitMs: number }
  | { readonly kind: 'nothing' };

/** The statements of all attempts of a process, joined: one claim and one record for many. */
export interface AttemptBatches<Attempt, Claimed, Outcome> {
  claim(attempt: Attempt): Promise<Claim<Claimed>>;
  /** Resolves when it is committed, or has changed nothing because the lease was lost. */
  record(outcome: Outcome): Promise<void>;
}

type Needs = Pick<Resources, 'db' | 'config' | 'log'>;

const BATCH_SIZE = 100;
/** While one batch is with the database the next one fills, so no time needs to be spent on waiting. */
const WINDOW_MS = 0;
const PARALLEL = 1;

const claimAll = async <Attempt extends { readonly id: number }, Claimed extends Attempt>(
  kind: Pick<AttemptKind<Attempt, Claimed, AnyOutcome>, 'claim' | 'findEarly' | 'queue'>,
  attempts: readonly Attempt[],
  needs: Needs,
): Promise<Claim<Claimed>[]> => {
  const takenAt = performance.now();
  const terms = { token: randomUUID(), seconds: needs.config.TASK_LEASE_SECONDS };
  const claimed = await kind.claim(needs, attempts, terms);
  const won = new Map(claimed.map((item) => [kind.queue.jobId(item), item]));
  const missed = attempts.filter((attempt) => !won.has(kind.queue.jobId(attempt)));
  const early = missed.length > 0 ? await kind.findEarly(needs.db, missed) : new Map<number, number>();
  return attempts.map((attempt) => {
    const id = kind.queue.jobId(attempt);
    const item = won.get(id);
    // Taken out, as a job that came twice must not get the attempt twice.
    if (item && won.delete(id)) return { kind: 'won', item, takenAt };
    const waitMs = early.get(attempt.id);
    return waitMs === undefined ? { kind: 'nothing' } : { kind: 'early', waitMs };
  });
};

type Recorder<Outcome extends AnyOutcome> = Pick<AttemptKind<never, never, Outcome>, 'record'>;

const recordAll = async <Outcome extends AnyOutcome>(
  kind: Recorder<Outcome>,
  outcomes: readonly Outcome[],
  { db, log }: Needs,
): Promise<void> => {
  const recorded = await kind.record(db, outcomes);
  if (recorded < outcomes.length) {
    log.warn({ late: outcomes.length - recorded }, 'outcomes came after their leases had ended');
  }
};

/** One outcome that the database refuses must not take those of its batch along. */
const recordSeparately = async <Outcome extends AnyOutcome>(
  kind: Recorder<Outcome>,
  outcomes: readonly Outcome[],
  needs: Needs,
): Promise<unknown[]> => {
  try {
    await recordAll(kind, outcomes, needs);
    return [];
  } catch (error) {
    if (isDatabaseUnavailable(error) || outcomes.length === 1) throw error;
  }
  const results = await Promise.allSettled(outcomes.map((outcome) => recordAll(kind, [outcome], needs)));
  return results.map((result) => (result.status === 'rejected' ? result.reason : undefined));
};

const createBatches = <
  Attempt extends { readonly id: number },
  Claimed extends Attempt,
  Outcome extends AnyOutcome,
>(
  kind: AttemptKind<Attempt, Claimed, Outcome>,
  needs: Needs,
): AttemptBatches<Attempt, Claimed, Outcome> => {
  const shape = { size: BATCH_SIZE, parallel: PARALLEL, windowMs: WINDOW_MS };
  const claims = createBatcher<Attempt, Claim<Claimed>>({
    ...shape,
    run: (batch) => claimAll(kind, batch, needs),
  });
  const records = createBatcher<Outcome, unknown>({
    ...shape,
    run: (batch) => recordSeparately(kind, batch, needs),
  });
  return {
    claim: (attempt) => claims.add(attempt),
    record: async (outcome) => {
      const issue = await records.add(outcome);
      if (issue !== undefined) throw issue;
    },
  };
};

/** Gives the batches of a kind of item for the process that has a pool. */
export const attemptBatches = <
  Attempt extends { readonly id: number },
  Claimed extends Attempt,
  Outcome extends AnyOutcome,
>(
  kind: AttemptKind<Attempt, Claimed, Outcome>,
): ((needs: Needs) => AttemptBatches<Attempt, Claimed, Outcome>) => {
  const batchesOf = onePer((_db: Needs['db'], needs: Needs) => createBatches(kind, needs));
  return (needs) => batchesOf(needs.db, needs);
};
