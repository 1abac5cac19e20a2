import { isDatabaseUnavailable } from '#shared/database/errors.ts';
import type { Context } from '#shared/host/context.ts';
import { closeInterruptedImmediateTasks } from '../immediate/close-interrupted-immediate-tasks.ts';
import { immediateQueue } from '../immediate/immediate-queue.ts';
import { claimDueTasks } from '../scheduled/claim-due-tasks.ts';
import { closeInterruptedRuns } from '../scheduled/close-interrupted-runs.ts';
import { runQueue } from '../scheduled/run-queue.ts';

/** Steps that follow one another. */
type Lane = Readonly<Record<string, (context: Context) => Promise<void>>>;

/**
 * Closing comes first, so that the same tick also queues the next attempts of what it closed. Side by side, as a
 * backlog of runs must not delay immediate tasks (rule E11).
 */
const LANES: readonly Lane[] = [
  { closeInterruptedImmediateTasks, enqueueImmediateTasks: immediateQueue.enqueuePending },
  { closeInterruptedRuns, claimDueTasks, enqueueRuns: runQueue.enqueuePending },
];

const runLane = async (context: Context, lane: Lane): Promise<void> => {
  for (const [step, run] of Object.entries(lane)) {
    try {
      await run(context);
    } catch (error) {
      // Then the next step fails, too: the run as a whole did, which is said once.
      if (isDatabaseUnavailable(error)) throw error;
      context.log.error({ err: error, step }, 'a step of the tick failed');
    }
  }
};

/**
 * Runs the steps of rule S1; one that fails is logged and does not stop the others.
 * @throws what the database threw when it is unavailable
 */
export const tick = async (context: Context, lanes = LANES): Promise<void> => {
  const outcomes = await Promise.allSettled(lanes.map((lane) => runLane(context, lane)));
  const failure = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failure) throw failure.reason;
};
