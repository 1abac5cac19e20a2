import type { Context } from '#shared/host/context.ts';
import { endContent } from '../content-storage.ts';
import { type AttemptOutcome, recordOutcomes } from '../queries/immediate-outcomes.ts';
import { type InterruptedAttempt, listInterruptedAttempts } from '../queries/immediate-tasks.ts';
import { ladderOf } from '../retry-ladder.ts';
import { errorText } from '../rules/failure.ts';
import { retryDelay } from '../rules/retrying.ts';
import { closeInterrupted, INTERRUPTED } from './close-interrupted.ts';

const outcomeOf = (interrupted: InterruptedAttempt, { config }: Context): AttemptOutcome => {
  const { id, round, attempt, leaseToken } = interrupted;
  const delayMs = retryDelay({ attempt, failure: INTERRUPTED, chance: 0 }, ladderOf(config));
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
