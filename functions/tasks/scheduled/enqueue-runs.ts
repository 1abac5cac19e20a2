import type { Context } from '#shared/host/context.ts';
import { enqueuePending } from '#shared/queue/pending.ts';
import { runJob, SCHEDULED_QUEUE } from './jobs.ts';
import { listPendingRuns, type PendingRun } from './queries/scheduled-runs.ts';

/** Hands over a job for every open run that is due within the look-ahead. */
export const enqueueRuns = (context: Context): Promise<void> =>
  enqueuePending<PendingRun>(context, {
    queue: SCHEDULED_QUEUE,
    list: ({ db, config }, limit, after) => listPendingRuns(db, config.TASK_LOOKAHEAD_SECONDS, limit, after),
    job: (run) => runJob(run, run.dueInMs),
  });
