import type { Context } from '#shared/host/context.ts';
import { queueOpenItems } from '#shared/queue/open-items.ts';
import { IMMEDIATE_QUEUE, immediateJob } from './jobs.ts';
import { listOpenTasks, type OpenTask } from './queries/immediate-tasks.ts';

/** Hands over a job for every open immediate task that is due within the look-ahead. */
export const queueImmediateTasks = (context: Context): Promise<void> =>
  queueOpenItems<OpenTask>(context, {
    queue: IMMEDIATE_QUEUE,
    list: ({ db, config }, limit, after) => listOpenTasks(db, config.TASK_LOOKAHEAD_SECONDS, limit, after),
    job: (task) => immediateJob(task, task.dueInMs),
  });
