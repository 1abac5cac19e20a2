import { z } from 'zod';
import { defineQueue } from '#shared/queue/define-queue.ts';
import { listPendingRuns, type PendingRun } from './queries/scheduled-runs.ts';
import { type RunAttempt, runName } from './rules/run-attempt.ts';

const number = z.int().min(1);

/** Attempts of runs of scheduled tasks. */
export const runQueue = defineQueue<RunAttempt, PendingRun>({
  name: 'scheduled',
  data: z.object({ id: number, attempt: number }),
  jobId: ({ id, attempt }) => `${runName({ id })}-${attempt}`,
  pending: ({ db, config }, limit, after) => listPendingRuns(db, config.TASK_LOOKAHEAD_SECONDS, limit, after),
});
