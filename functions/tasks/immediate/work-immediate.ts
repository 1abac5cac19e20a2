import type { AttemptKind } from '../attempts/attempt-kind.ts';
import { attemptWorker } from '../attempts/attempt-worker.ts';
import { deliver, outcomeOf } from './immediate-attempt.ts';
import { immediateQueue } from './immediate-queue.ts';
import { type ClaimedTask, claimAttempts, findEarlyAttempts, renewLease } from './queries/claims.ts';
import { type AttemptOutcome, recordOutcomes } from './queries/outcomes.ts';
import type { TaskAttempt } from './rules/task-attempt.ts';

const immediateTasks: AttemptKind<TaskAttempt, ClaimedTask, AttemptOutcome> = {
  name: 'immediate task',
  queue: immediateQueue,
  claim: ({ db }, attempts, terms) => claimAttempts(db, attempts, terms),
  findEarly: findEarlyAttempts,
  renew: renewLease,
  perform: async (task, { context }) => outcomeOf(task, await deliver(task, context), context),
  record: (db, outcomes) => recordOutcomes(db, outcomes, 'live'),
  following: ({ id, round, attempt, next }) =>
    next.status === 'Enqueued' ? { id, round, attempt: attempt + 1, dueInMs: next.delayMs } : undefined,
};

/** Works on the attempts of immediate tasks that a batch of jobs names. */
export const workImmediate = attemptWorker(immediateTasks);
