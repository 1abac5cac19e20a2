import type { Context } from '#shared/host/context.ts';
import { closeInterrupted, INTERRUPTED } from '../attempts/close-interrupted.ts';
import { type InterruptedRun, listInterruptedRuns } from './queries/run-leases.ts';
import { recordRunOutcomes } from './queries/run-outcomes.ts';
import { NO_EFFECTS, runOutcomeOf } from './run-ending.ts';

/** Closes attempts of runs whose worker died; the next one is due at once, after the last the run is `Failed`. */
export const closeInterruptedRuns = (context: Context): Promise<void> =>
  closeInterrupted<InterruptedRun>(context, {
    name: 'attempts of runs',
    list: ({ db }, limit, afterId) => listInterruptedRuns(db, limit, afterId),
    close: ({ db, config }, items) => {
      const outcomes = items.map((item) =>
        runOutcomeOf(item, INTERRUPTED, NO_EFFECTS, { config, now: item.foundAt }),
      );
      return recordRunOutcomes(db, outcomes, 'expired');
    },
  });
