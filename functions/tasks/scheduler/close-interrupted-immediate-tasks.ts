import type { Context } from '#shared/runtime/context.ts';
import { endContent } from '../content-storage.ts';
import { type AttemptOutcome, recordOutcomes } from '../queries/immediate-outcomes.ts';
import { type InterruptedAttempt, listInterruptedAttempts } from '../queries/immediate-tasks.ts';
import { ladderOf } from '../retry-ladder.ts';
import { errorText } from '../rules/failure.ts';
import { delayAfter } from '../rules/ladder.ts';

const PAGE = 200;

/** Closes attempts whose worker died (rule E7); the next one is due at once, after the last the task is `Failed`. */
export const closeInterruptedImmediateTasks = async ({ db, config, log }: Context): Promise<void> => {
  const outcomeOf = (interrupted: InterruptedAttempt): AttemptOutcome => {
    const { id, round, attempt, leaseToken } = interrupted;
    const isLast = delayAfter(attempt, ladderOf(config), 0) === undefined;
    return {
      id,
      round,
      attempt,
      leaseToken,
      outcome: 'Interrupted',
      error: errorText({ code: 'interrupted', detail: 'the worker did not finish in time' }),
      next: isLast
        ? { status: 'Failed', ...endContent(interrupted, config) }
        : { status: 'Enqueued', delayMs: 0 },
    };
  };
  let page: InterruptedAttempt[];
  let lastId = 0;
  do {
    page = await listInterruptedAttempts(db, PAGE, lastId);
    if (page.length === 0) return;
    const closed = await recordOutcomes(db, page.map(outcomeOf), 'expired');
    if (closed > 0) log.warn({ closed }, 'attempts of immediate tasks were interrupted');
    lastId = page.at(-1)?.id ?? lastId;
  } while (page.length === PAGE);
};
