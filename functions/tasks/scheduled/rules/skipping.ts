import { type CatchUp, type ClaimWindow, isWithinGrace } from './due-runs.ts';

/** What the worker sees of a run and its task when an attempt starts. */
export interface StartingRun {
  readonly attempt: number;
  /** Absent for manual runs. */
  readonly dueAt: Date | undefined;
  readonly isTaskActive: boolean;
  readonly catchUp: CatchUp;
  /** Whether a scheduled run of the task with a later due time is due already. */
  readonly isSuperseded: boolean;
}

/** Whether the run ends without having an effect (rule S7). */
export const isSkipped = (run: StartingRun, window: Pick<ClaimWindow, 'now' | 'graceMs'>): boolean => {
  if (!run.isTaskActive) return true;
  if (run.attempt > 1 || !run.dueAt) return false;
  return run.isSuperseded || (run.catchUp === 'skip' && !isWithinGrace(run.dueAt, window));
};
