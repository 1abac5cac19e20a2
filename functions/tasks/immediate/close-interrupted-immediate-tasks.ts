import type { Context } from '#shared/host/context.ts';
import { closeInterrupted, INTERRUPTED } from '../attempts/close-interrupted.ts';
import { backoffOf } from '../attempts/retry-backoff.ts';
import { errorText } from '../attempts/rules/failure.ts';
import { retryDelay } from '../attempts/rules/retrying.ts';
import { endContent } from '../content/content-storage.ts';
import { type InterruptedAttempt, listInterruptedAttempts } from './queries/immediate-tasks.ts';
import { type AttemptOutcome, recordOutcomes } from './queries/outcomes.ts';

const outcomeOf = (interrupted: InterruptedAttempt, { config }: Context): AttemptOutcome => {
  const { id, round, attempt, leaseToken } = interrupted;
  const delayMs = retryDelay({ attempt, failure: INTERRUPTED, chance: 0 }, backoffOf(config));
  return {
    id,
    round,
    attempt,
    leaseToken,
    outcome: 'Interrupted',
    error: errorText(INTERRUPTED),
    next:
      delayMs === undefined
        ? { status: 'Failed', ...endContent(interrupted, config) }
        : { status: 'Enqueued', delayMs },
  };
};

/** Closes attempts whose worker died; the next one is due at once, after the last the task is `Failed`. */
export const closeInterruptedImmediateTasks = (context: Context): Promise<void> =>
  closeInterrupted<InterruptedAttempt>(context, {
    name: 'attempts of immediate tasks',
    list: ({ db }, limit, afterId) => listInterruptedAttempts(db, limit, afterId),
    close: ({ db }, items) =>
      recordOutcomes(
        db,
        items.map((item) => outcomeOf(item, context)),
        'expired',
      ),
  });
