import type { CatchUp } from './due-runs.ts';
import { type Schedule, timetableOf } from './timetable.ts';

/** A run as far as its retries are bounded by the following occurrence. */
export interface BoundedRun extends Schedule {
  /** Absent for manual runs. */
  readonly dueAt: Date | undefined;
  readonly catchUp: CatchUp;
}

/** Whether an attempt at this time would fall on or after the task's following occurrence, which rule W9 forbids. */
export const isPastDeadline = ({ dueAt, catchUp, ...schedule }: BoundedRun, attemptAt: Date): boolean => {
  if (!dueAt || catchUp !== 'skip') return false;
  const following = timetableOf(schedule)?.next(dueAt);
  return following !== undefined && attemptAt >= following;
};
