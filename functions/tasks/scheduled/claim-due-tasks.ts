import { setTimeout as sleep } from 'node:timers/promises';
import { readClock } from '#shared/database/clock.ts';
import { isDatabaseUnavailable } from '#shared/database/errors.ts';
import { withTransaction } from '#shared/database/transaction.ts';
import type { Context } from '#shared/host/context.ts';
import { claimTasks, windowAt } from './claims.ts';
import { type ClaimableTask, type DuePosition, isAnyTaskDue, takeDueTasks } from './queries/due-tasks.ts';
import { lockScheduledTask } from './queries/scheduled-tasks.ts';

const PAGE = 200;
/** The next tick goes on where one that ran out of time stopped working: the earliest come first. */
const BUDGET_MS = 50_000;
/** A task that was locked by a worker or a request for a moment must not wait for the next tick. */
const PASSES = 4;
const PAUSE_MS = 100;

/** Claims one task of a batch that failed; the issue of one row must not hold the others up. */
const claimSeparately = async (id: number, context: Context): Promise<boolean> => {
  try {
    await withTransaction(context.db, async (transaction) => {
      const window = windowAt(await readClock(transaction), context);
      const task = await lockScheduledTask(transaction, id);
      if (!task?.active || task.nextRun.getTime() > window.now.getTime() + window.lookaheadMs) return;
      await claimTasks(transaction, [task], window, context);
    });
    return true;
  } catch (error) {
    context.log.error({ err: error, taskId: id }, 'a scheduled task could not be claimed');
    return false;
  }
};

/** Claims the tasks behind a position, a page at a time; returns the ids of those that could not be claimed. */
const claimAll = async (context: Context, endsAt: number): Promise<number[]> => {
  const { db, config, now, log } = context;
  const failed: number[] = [];
  let position: DuePosition | undefined;
  do {
    let page: ClaimableTask[] = [];
    try {
      await withTransaction(db, async (transaction) => {
        const window = windowAt(await readClock(transaction), context);
        const limits = { lookaheadSeconds: config.TASK_LOOKAHEAD_SECONDS, limit: PAGE };
        page = await takeDueTasks(transaction, limits, position);
        if (page.length > 0) await claimTasks(transaction, page, window, context);
      });
    } catch (error) {
      if (isDatabaseUnavailable(error) || page.length === 0) throw error;
      log.error(
        { err: error },
        'a page of scheduled tasks could not be claimed, its tasks are tried one by one',
      );
      for (const { id } of page) if (!(await claimSeparately(id, context))) failed.push(id);
    }
    position = page.at(-1);
  } while (position && now().getTime() < endsAt);
  return failed;
};

/**
 * Claims all tasks that are due within the look-ahead (rules S1 a, S2). Ticks at the same moment share the tasks
 * out: each passes over what another has locked.
 */
export const claimDueTasks = async (context: Context): Promise<void> => {
  const { db, config, now } = context;
  const endsAt = now().getTime() + BUDGET_MS;
  for (let pass = 1; pass <= PASSES && now().getTime() < endsAt; pass += 1) {
    const failed = await claimAll(context, endsAt);
    if (!(await isAnyTaskDue(db, config.TASK_LOOKAHEAD_SECONDS, failed))) return;
    await sleep(PAUSE_MS);
  }
};
