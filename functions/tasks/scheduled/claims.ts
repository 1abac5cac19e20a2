import type { Transaction } from '#shared/database/database.ts';
import { afterCommit } from '#shared/database/transaction.ts';
import type { Context } from '#shared/host/context.ts';
import { type ClaimableTask, deactivateTasks, moveNextRuns } from './queries/due-tasks.ts';
import { insertScheduledRuns } from './queries/scheduled-runs.ts';
import { type ClaimWindow, planRuns } from './rules/due-runs.ts';
import { timetableOf } from './rules/timetable.ts';
import { runQueue } from './run-queue.ts';

/** What claiming needs of its caller's context. */
export type ClaimContext = Pick<Context, 'config' | 'queues' | 'log'>;

/** The configured window of a claim at a time of MariaDB. */
export const windowAt = (now: Date, { config }: Pick<Context, 'config'>): ClaimWindow => ({
  now,
  lookaheadMs: config.TASK_LOOKAHEAD_SECONDS * 1_000,
  graceMs: config.TASK_SKIP_GRACE_SECONDS * 1_000,
});

/**
 * Claims locked active tasks that are due within the look-ahead (rules S3 to S5): their runs are inserted and
 * their next due instants move, in the caller's transaction; the jobs follow its commit. Tasks that can't go on
 * become inactive (S10).
 */
export const claimTasks = async (
  transaction: Transaction,
  tasks: readonly ClaimableTask[],
  window: ClaimWindow,
  context: ClaimContext,
): Promise<void> => {
  const due: { taskId: number; dueAt: Date }[] = [];
  const moves: { id: number; nextRun: Date }[] = [];
  const ended: number[] = [];
  for (const task of tasks) {
    const timetable = timetableOf(task);
    const plan = timetable && planRuns(task, timetable, window);
    if (plan?.nextRun) {
      due.push(...plan.runs.map((dueAt) => ({ taskId: task.id, dueAt })));
      moves.push({ id: task.id, nextRun: plan.nextRun });
    } else {
      ended.push(task.id);
    }
  }
  const runs = await insertScheduledRuns(transaction, due);
  await moveNextRuns(transaction, moves);
  await deactivateTasks(transaction, ended);
  afterCommit(transaction, async () => {
    if (ended.length > 0) {
      context.log.warn({ taskIds: ended }, 'tasks became inactive: zone unknown or no further occurrence');
    }
    await runQueue.enqueue(context, runs);
  });
};

/** Claims a task that its creation or change leaves active and due within the look-ahead (rule S9). */
export const claimIfDue = async (
  transaction: Transaction,
  task: ClaimableTask & { readonly active: boolean },
  now: Date,
  context: ClaimContext,
): Promise<void> => {
  const window = windowAt(now, context);
  const isDue = task.nextRun.getTime() <= now.getTime() + window.lookaheadMs;
  if (task.active && isDue) await claimTasks(transaction, [task], window, context);
};
