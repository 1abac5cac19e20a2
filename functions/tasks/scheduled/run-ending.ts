import type { Config } from '#shared/config/config.ts';
import { backoffOf } from '../attempts/retry-backoff.ts';
import { errorText, type Failure } from '../attempts/rules/failure.ts';
import { retryDelay } from '../attempts/rules/retrying.ts';
import type { RunOutcome } from './queries/run-outcomes.ts';
import type { RunAttempt } from './rules/run-attempt.ts';
import { type BoundedRun, isPastDeadline } from './rules/run-deadline.ts';

/** An attempt of a run that has ended. */
export interface EndedRunAttempt extends RunAttempt, BoundedRun {
  readonly taskId: number;
  readonly leaseToken: string;
}

/** What an attempt has achieved and learnt besides success or failure. */
export type RunEffects = Pick<RunOutcome, 'httpStatus' | 'response' | 'isWebhookDone' | 'isMailDone'>;

/** The effects of an attempt of which nothing is known. */
export const NO_EFFECTS: RunEffects = { isWebhookDone: false, isMailDone: false };

/** What becomes of a run after an attempt (rules E5 to E7, W9); `now` is MariaDB's time. */
export const runOutcomeOf = (
  run: EndedRunAttempt,
  failure: Failure | undefined,
  effects: RunEffects,
  { config, now }: { readonly config: Config; readonly now: Date },
): RunOutcome => {
  const { id, attempt, taskId, leaseToken } = run;
  const base = { id, attempt, taskId, leaseToken, ...effects };
  if (!failure) return { ...base, next: { status: 'Completed' } };
  const delayMs = retryDelay({ attempt, failure, chance: Math.random() }, backoffOf(config));
  const isOver = delayMs === undefined || isPastDeadline(run, new Date(now.getTime() + delayMs));
  return {
    ...base,
    error: errorText(failure),
    next: isOver ? { status: 'Failed' } : { status: 'Pending', delayMs },
  };
};
