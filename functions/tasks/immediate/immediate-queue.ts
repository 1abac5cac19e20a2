import { z } from 'zod';
import { defineQueue } from '#shared/queue/define-queue.ts';
import { listPendingTasks, type PendingTask } from './queries/immediate-tasks.ts';
import type { TaskAttempt } from './rules/task-attempt.ts';

const number = z.int().min(1);

/** Attempts of immediate tasks. */
export const immediateQueue = defineQueue<TaskAttempt, PendingTask>({
  name: 'immediate',
  data: z.object({ id: number, round: number, attempt: number }),
  jobId: ({ id, round, attempt }) => `im-${id}-${round}-${attempt}`,
  pending: ({ db, config }, limit, after) =>
    listPendingTasks(db, config.TASK_LOOKAHEAD_SECONDS, limit, after),
});
