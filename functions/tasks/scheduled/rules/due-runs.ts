import type { Timetable } from './timetable.ts';

/** What becomes of the occurrences that passed while nobody claimed them (rule S5). */
export type CatchUp = 'skip' | 'last';

/** A task as far as its due instants go: `nextRun` and every occurrence after it. */
export interface DueTask {
  readonly nextRun: Date;
  readonly catchUp: CatchUp;
}

/** The moment of a claim and what the configuration says about it, in milliseconds. */
export interface ClaimWindow {
  readonly now: Date;
  readonly lookaheadMs: number;
  readonly graceMs: number;
}

/** The due instants that get a run, ascending, and the first one beyond the look-ahead, if there is one. */
export interface DuePlan {
  readonly runs: readonly Date[];
  readonly nextRun: Date | undefined;
}

/** Whether a run may still start when it is so late (rules S5, S7). */
export const isWithinGrace = (dueAt: Date, { now, graceMs }: Pick<ClaimWindow, 'now' | 'graceMs'>): boolean =>
  now.getTime() - dueAt.getTime() <= graceMs;

/** Selects the due instants of a task up to the look-ahead (rules S3 to S5). */
export const planRuns = (task: DueTask, timetable: Timetable, window: ClaimWindow): DuePlan => {
  const { now, lookaheadMs } = window;
  const horizon = new Date(now.getTime() + lookaheadMs);
  const runs: Date[] = [];
  let due: Date | undefined = task.nextRun;
  if (due <= now) {
    const latest = timetable.latest(due, now) ?? due;
    if (task.catchUp === 'last' || isWithinGrace(latest, window)) runs.push(latest);
    due = timetable.next(latest);
  }
  while (due && due <= horizon) {
    runs.push(due);
    due = timetable.next(due);
  }
  return { runs, nextRun: due };
};

/** The due instants after now, ascending: `nextRun` if it is one of them, then occurrences. */
export const upcomingRuns = (nextRun: Date, timetable: Timetable, now: Date, count: number): Date[] => {
  const upcoming: Date[] = [];
  let due = nextRun > now ? nextRun : timetable.next(now);
  while (due && upcoming.length < count) {
    upcoming.push(due);
    due = timetable.next(due);
  }
  return upcoming;
};
