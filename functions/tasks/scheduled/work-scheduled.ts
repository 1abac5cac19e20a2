import type { AttemptKind } from '../attempts/attempt-kind.ts';
import { attemptWorker } from '../attempts/attempt-worker.ts';
import { type ClaimedRun, claimRuns, findEarlyRuns } from './queries/run-claims.ts';
import { renewRunLease } from './queries/run-leases.ts';
import { type RunOutcome, recordRunOutcomes } from './queries/run-outcomes.ts';
import type { RunAttempt } from './rules/run-attempt.ts';
import { runQueue } from './run-queue.ts';
import { performRun } from './run-steps.ts';

const runs: AttemptKind<RunAttempt, ClaimedRun, RunOutcome> = {
  name: 'run of a scheduled task',
  queue: runQueue,
  claim: ({ db, config }, attempts, terms) =>
    claimRuns(db, attempts, terms, config.TASK_SKIP_GRACE_SECONDS * 1_000),
  findEarly: findEarlyRuns,
  renew: renewRunLease,
  perform: performRun,
  record: (db, outcomes) => recordRunOutcomes(db, outcomes, 'live'),
  following: ({ id, attempt, next }) =>
    next.status === 'Pending' ? { id, attempt: attempt + 1, dueInMs: next.delayMs } : undefined,
};

/** Works on the attempts of runs that a batch of jobs names. */
export const workScheduled = attemptWorker(runs);
