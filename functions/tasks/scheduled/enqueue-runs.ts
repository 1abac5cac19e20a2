import type { Context } from '#shared/host/context.ts';
import { queueOpenItems } from '#shared/queue/open-items.ts';
import { runJob, SCHEDULED_QUEUE } from './jobs.ts';
import { listOpenRuns, type OpenRun } from './queries/scheduled-runs.ts';

/** Hands over a job for every open run that is due within the look-ahead. */
export const queueRuns = (context: Context): Promise<void> =>
  queueOpenItems<OpenRun>(context, {
    queue: SCHEDULED_QUEUE,
    list: ({ db, config }, limit, after) => listOpenRuns(db, config.TASK_LOOKAHEAD_SECONDS, limit, after),
    job: (run) => runJob(run, run.dueInMs),
  });
