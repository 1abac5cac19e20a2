import { randomUUID } from 'node:crypto';
import { isDatabaseUnavailable } from '#shared/database/errors.ts';
import { createBatcher } from '#shared/queue/batcher.ts';
import type { Resources } from '#shared/runtime/resources.ts';
import { type ClaimedTask, claimAttempts, findEarlyAttempts } from '../queries/immediate-claims.ts';
import { type AttemptOutcome, recordOutcomes } from '../queries/immediate-outcomes.ts';
import type { TaskAttempt } from '../rules/task-attempt.ts';

/** What a job gets for its attempt. */
export type Claim =
  | { readonly kind: 'won'; readonly task: ClaimedTask; readonly takenAt: number }
  | { readonly kind: 'early'; readonly waitMs: number }
  | { readonly kind: 'nothing' };

/** The statements of all attempts of a process, joined: one claim and one record for many. */
export interface ImmediateBatches {
  claim(attempt: TaskAttempt): Promise<Claim>;
  /** Resolves when it is committed, or has changed nothing because the lease was lost. */
  record(outcome: AttemptOutcome): Promise<void>;
}

type Needs = Pick<Resources, 'db' | 'config' | 'log'>;

const BATCH_SIZE = 100;
/** While one batch is with the database the next one fills, so no time needs to be spent on waiting. */
const WINDOW_MS = 0;
const PARALLEL = 2;

const claimAll = async (attempts: readonly TaskAttempt[], { db, config }: Needs): Promise<Claim[]> => {
  const takenAt = performance.now();
  const terms = { token: randomUUID(), seconds: config.TASK_LEASE_SECONDS };
  const won = new Map((await claimAttempts(db, attempts, terms)).map((task) => [task.id, task]));
  const missed = attempts.filter(({ id }) => !won.has(id));
  const early = missed.length > 0 ? await findEarlyAttempts(db, missed) : new Map<number, number>();
  return attempts.map(({ id, attempt, round }) => {
    const task = won.get(id);
    // Taken out, as a job that came twice must not get the attempt twice.
    if (task?.attempt === attempt && task.round === round && won.delete(id)) {
      return { kind: 'won', task, takenAt };
    }
    const waitMs = early.get(id);
    return waitMs === undefined ? { kind: 'nothing' } : { kind: 'early', waitMs };
  });
};

const recordAll = async (outcomes: readonly AttemptOutcome[], { db, log }: Needs): Promise<void> => {
  const recorded = await recordOutcomes(db, outcomes, 'live');
  if (recorded < outcomes.length) {
    log.warn({ late: outcomes.length - recorded }, 'outcomes came after their leases had ended');
  }
};

/** One outcome that the database refuses must not take those of its batch along. */
const recordSeparately = async (outcomes: readonly AttemptOutcome[], needs: Needs): Promise<unknown[]> => {
  try {
    await recordAll(outcomes, needs);
    return [];
  } catch (error) {
    if (isDatabaseUnavailable(error) || outcomes.length === 1) throw error;
  }
  const results = await Promise.allSettled(outcomes.map((outcome) => recordAll([outcome], needs)));
  return results.map((result) => (result.status === 'rejected' ? result.reason : undefined));
};

const createBatches = (needs: Needs): ImmediateBatches => {
  const shape = { size: BATCH_SIZE, parallel: PARALLEL, windowMs: WINDOW_MS };
  const claims = createBatcher<TaskAttempt, Claim>({ ...shape, run: (batch) => claimAll(batch, needs) });
  const records = createBatcher<AttemptOutcome, unknown>({
    ...shape,
    run: (batch) => recordSeparately(batch, needs),
  });
  return {
    claim: (attempt) => claims.add(attempt),
    record: async (outcome) => {
      const fault = await records.add(outcome);
      if (fault !== undefined) throw fault;
    },
  };
};

const known = new WeakMap<Resources['db'], ImmediateBatches>();

/** The batches of the process that has this pool. */
export const immediateBatches = (needs: Needs): ImmediateBatches => {
  const batches = known.get(needs.db) ?? createBatches(needs);
  known.set(needs.db, batches);
  return batches;
};
