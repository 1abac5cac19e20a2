import type { Context } from '#shared/host/context.ts';
import { enqueuePending } from '#shared/queue/pending.ts';
import { IMMEDIATE_QUEUE, immediateJob } from './jobs.ts';
import { listPendingTasks, type PendingTask } from './queries/immediate-tasks.ts';

/** Hands over a job for every open immediate task that is due within the look-ahead. */
export const enqueueImmediateTasks = (context: Context): Promise<void> =>
  enqueuePending<PendingTask>(context, {
    queue: IMMEDIATE_QUEUE,
    list: ({ db, config }, limit, after) => listPendingTasks(db, config.TASK_LOOKAHEAD_SECONDS, limit, after),
    job: (task) => immediateJob(task, task.dueInMs),
  });
