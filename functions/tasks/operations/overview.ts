import type { Context } from '#shared/host/context.ts';
import type { QueueCounts } from '#shared/queue/queues.ts';
import { IMMEDIATE_QUEUE } from '../immediate/jobs.ts';
import { SCHEDULED_QUEUE } from '../scheduled/jobs.ts';
import {
  type ImmediateFigures,
  immediateFigures,
  type ScheduledFigures,
  scheduledFigures,
} from './queries/overview.ts';

/** How the task platform stands. */
export interface TaskOverview {
  /** Undefined while Redis is away. */
  readonly queues: { readonly immediate: QueueCounts; readonly scheduled: QueueCounts } | undefined;
  readonly immediate: ImmediateFigures;
  readonly scheduled: ScheduledFigures;
}

/** The queues' depths from Redis and everything else from MariaDB, all at once. */
export const getTaskOverview = async ({
  db,
  queues,
}: Pick<Context, 'db' | 'queues'>): Promise<TaskOverview> => {
  const [immediateQueue, scheduledQueue, immediate, scheduled] = await Promise.all([
    queues.count(IMMEDIATE_QUEUE),
    queues.count(SCHEDULED_QUEUE),
    immediateFigures(db),
    scheduledFigures(db),
  ]);
  const both = immediateQueue && scheduledQueue;
  return {
    queues: both && { immediate: immediateQueue, scheduled: scheduledQueue },
    immediate,
    scheduled,
  };
};
