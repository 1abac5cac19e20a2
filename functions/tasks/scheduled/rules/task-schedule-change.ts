import type { Schedule } from './timetable.ts';

/** What rule S8 looks at. */
export interface ScheduledState extends Schedule {
  readonly active: boolean;
}

/** Whether a change of the schedule moves the next run to its first occurrence. */
const isRescheduled = (before: Schedule, after: Schedule): boolean =>
  before.cron !== after.cron || before.timezone !== after.timezone;

const isActivated = (before: ScheduledState, after: ScheduledState): boolean =>
  !before.active && after.active;

/** Whether runs that have not started are withdrawn. */
export const withdraws = (
  before: ScheduledState,
  after: ScheduledState,
  { nextRun }: { readonly nextRun?: Date | undefined },
): boolean => nextRun !== undefined || before.active !== after.active || isRescheduled(before, after);

/** Whether the change may need the first occurrence after now, so that there must be one. */
export const needsOccurrence = (before: ScheduledState, after: ScheduledState): boolean =>
  isRescheduled(before, after) || isActivated(before, after);

/** The times that decide about the next run. */
export interface NextRunTimes {
  readonly sent: Date | undefined;
  /** When the first of the withdrawn runs was due. */
  readonly withdrawn: Date | undefined;
  /** The first occurrence after now; there is one where {@link needsOccurrence} asks for it. */
  readonly occurrence: Date | undefined;
  readonly now: Date;
}

/** The next run after a change (rule S8). */
export const nextRunAfter = (
  before: ScheduledState & { readonly nextRun: Date },
  after: ScheduledState,
  { sent, withdrawn, occurrence, now }: NextRunTimes,
): Date => {
  if (sent) return sent;
  const kept = withdrawn && withdrawn < before.nextRun ? withdrawn : before.nextRun;
  const isReplaced = isRescheduled(before, after) || (isActivated(before, after) && kept <= now);
  return isReplaced && occurrence ? occurrence : kept;
};

/** Whether a next run that somebody asks for lies from 1 year before to 5 years after now. */
export const isNextRunAllowed = (nextRun: Date, now: Date): boolean => {
  const inYears = (years: number): number => new Date(now).setUTCFullYear(now.getUTCFullYear() + years);
  return nextRun.getTime() >= inYears(-1) && nextRun.getTime() <= inYears(5);
};
