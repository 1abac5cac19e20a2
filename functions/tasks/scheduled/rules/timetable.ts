import { type Cron, parseCron } from '#shared/time/cron.ts';
import { latestOccurrence, nextOccurrence } from '#shared/time/occurrences.ts';
import { isTimeZone } from '#shared/time/time-zones.ts';

/** When a task runs, as it is stored. */
export interface Schedule {
  readonly cron: string;
  readonly timezone: string;
}

/** The occurrences of a schedule. */
export interface Timetable {
  /** The earliest occurrence strictly after an instant, or undefined when there is none within 5 years. */
  next(after: Date): Date | undefined;
  /** The last occurrence in (after, until], or undefined. */
  latest(after: Date, until: Date): Date | undefined;
}

/** What makes a text no schedule. */
export type ScheduleIssue = 'invalid_cron' | 'unknown_timezone';

/** Tasks share few expressions; a million different ones must not stay in memory, though. */
const MAXIMUM_KNOWN = 10_000;
const known = new Map<string, Cron | undefined>();

/** {@link parseCron}, remembered. */
const cronOf = (text: string): Cron | undefined => {
  if (known.has(text)) return known.get(text);
  if (known.size >= MAXIMUM_KNOWN) known.clear();
  const cron = parseCron(text);
  known.set(text, cron);
  return cron;
};

/** What is wrong with a schedule: every issue that it has. */
export const scheduleIssues = ({ cron, timezone }: Schedule): ScheduleIssue[] => [
  ...(cronOf(cron) ? [] : (['invalid_cron'] as const)),
  ...(isTimeZone(timezone) ? [] : (['unknown_timezone'] as const)),
];

/** The occurrences of a schedule; undefined when its cron or zone can't be read. */
export const timetableOf = ({ cron: text, timezone }: Schedule): Timetable | undefined => {
  const cron = cronOf(text);
  if (!cron || !isTimeZone(timezone)) return undefined;
  return {
    next: (after) => nextOccurrence(cron, timezone, after),
    latest: (after, until) => latestOccurrence(cron, timezone, after, until),
  };
};
