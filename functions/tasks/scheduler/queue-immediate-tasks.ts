import type { Context } from '#shared/runtime/context.ts';
import { IMMEDIATE_QUEUE, immediateJob } from '../immediate-jobs.ts';
import { listOpenTasks, type OpenTaskPosition } from '../queries/immediate-tasks.ts';

const PAGE = 500;
/** The next tick goes on where one that ran out of time stopped working: the oldest come first. */
const BUDGET_MS = 50_000;

/**
 * Hands over a job for every open task that is due within the look-ahead and that no worker holds. The queue
 * ignores jobs that it still has, so this restores exactly what Redis has lost.
 */
export const queueImmediateTasks = async ({ db, config, queues, now }: Context): Promise<void> => {
  const endsAt = now().getTime() + BUDGET_MS;
  let position: OpenTaskPosition | undefined;
  do {
    const tasks = await listOpenTasks(db, config.TASK_LOOKAHEAD_SECONDS, PAGE, position);
    await queues.add(
      IMMEDIATE_QUEUE,
      tasks.map((task) => immediateJob(task, task.dueInMs)),
    );
    position = tasks.length === PAGE ? tasks.at(-1) : undefined;
  } while (position && now().getTime() < endsAt);
};
