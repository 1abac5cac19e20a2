import type { Context } from '#shared/runtime/context.ts';
import { closeInterruptedImmediateTasks } from './close-interrupted-immediate-tasks.ts';
import { queueImmediateTasks } from './queue-immediate-tasks.ts';

/** Closing comes first, so that the same tick also queues the next attempts of what it closed. */
const STEPS: Readonly<Record<string, (context: Context) => Promise<void>>> = {
  closeInterruptedImmediateTasks,
  queueImmediateTasks,
};

/** Runs the steps of rule S1; one that fails is logged and does not stop the others. */
export const tick = async (context: Context, steps = STEPS): Promise<void> => {
  for (const [step, run] of Object.entries(steps)) {
    try {
      await run(context);
    } catch (error) {
      context.log.error({ err: error, step }, 'a step of the tick failed');
    }
  }
};
