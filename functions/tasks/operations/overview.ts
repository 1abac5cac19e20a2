import type { Context } from '#shared/host/context.ts';
import type { QueueCounts } from '#shared/queue/queues.ts';
import { immediateQueue } from '../immediate/immediate-queue.ts';
import { runQueue } from '../scheduled/run-queue.ts';
import {
  type ImmediateFigures,
  immediateFigures,
  type ScheduledFigures,
  scheduledFigures,
} from './queries/overview.ts';

/** How the task platform stands. */
export interface TaskOverview {
  /** Undefined while Redis is unavailable. */
  readonly queues: { readonly immediate: QueueCounts; readonly scheduled: QueueCounts } | undefined;
  readonly immediate: ImmediateFigures;
  readonly scheduled: ScheduledFigures;
}

/** The queues' depths from Redis and everything else from MariaDB, all at once. */
export const getTaskOverview = async ({
  db,
  queues,
}: Pick<Context, 'db' | 'queues'>): Promise<TaskOverview> => {
  const [immediateCounts, runCounts, immediate, scheduled] = await Promise.all([
    queues.count(immediateQueue.name),
    queues.count(runQueue.name),
    immediateFigures(db),
    scheduledFigures(db),
  ]);
  const both = immediateCounts && runCounts;
  return {
    queues: both && { immediate: immediateCounts, scheduled: runCounts },
    immediate,
    scheduled,
  };
};
