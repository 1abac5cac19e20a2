import type { Log } from '../log/log.ts';
import { ownValue } from '../text/names.ts';

const UNIT_MS: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };
const RATE = /^rate\(([1-9][0-9]{0,3}) (minute|hour|day)s?\)$/;
/** Node fires timers beyond this at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
/** A function that keeps failing for the same reason says so this often. */
const SAME_COMPLAINT_MS = 300_000;

/** Milliseconds of `rate(5 minutes)`; undefined for anything else, such as a `cron(…)` expression. */
export const parseRate = (expression: string): number | undefined => {
  const match = RATE.exec(expression);
  return match ? Number(match[1]) * (ownValue(UNIT_MS, match[2] ?? '') ?? 0) : undefined;
};

/** What EventBridge hands to a function on a `schedule` event, as far as functions may rely on it. */
export interface ScheduledEvent {
  readonly source: 'aws.events';
  readonly 'detail-type': 'Scheduled Event';
  /** RFC 3339. */
  readonly time: string;
  readonly detail: Readonly<Record<string, never>>;
}

/** The event of a run that is due at the given time. */
export const scheduledEvent = (now: Date): ScheduledEvent => ({
  source: 'aws.events',
  'detail-type': 'Scheduled Event',
  time: now.toISOString(),
  detail: {},
});

/** A function that runs at a fixed rate. */
export interface Schedule {
  readonly functionName: string;
  readonly periodMs: number;
  /** A throw is logged, once a while if it is always the same, and the next run takes place as if nothing had happened. */
  readonly run: () => Promise<unknown>;
}

/** A running schedule. */
export interface ScheduleLoop {
  /** Starts no further run and waits for the one under way. */
  stop(): Promise<void>;
}

/**
 * Runs the function at once and then every period, counted from start to start. Runs never overlap: one that
 * takes longer than the period delays the next, and what was missed meanwhile is not made up for.
 */
export const startScheduleLoop = (schedule: Schedule, log: Log): ScheduleLoop => {
  const { functionName, periodMs, run } = schedule;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let underWay: Promise<void> = Promise.resolve();

  let complaint: string | undefined;
  let complainedAt = 0;

  // A database that is unavailable fails every run the same way: said once a while, and once when it is over.
  const failed = (error: unknown, now: number): void => {
    const { code, message } = error as { code?: unknown; message?: unknown };
    const reason = `${code ?? ''} ${message ?? ''}`;
    if (reason === complaint && now - complainedAt < SAME_COMPLAINT_MS) return;
    complaint = reason;
    complainedAt = now;
    log.error({ err: error, function: functionName }, 'a scheduled function failed');
  };
  const worked = (): void => {
    if (complaint !== undefined) log.info({ function: functionName }, 'a scheduled function works again');
    complaint = undefined;
  };

  const runOnce = async (): Promise<void> => {
    const startedAt = performance.now();
    await run().then(worked, (error: unknown) => failed(error, startedAt));
    waitUntil(startedAt + periodMs);
  };

  const waitUntil = (dueAt: number): void => {
    if (stopped) return;
    const delay = Math.max(0, dueAt - performance.now());
    timer = setTimeout(
      () => {
        if (dueAt - performance.now() > 1) waitUntil(dueAt);
        else underWay = runOnce();
      },
      Math.min(delay, LONGEST_TIMER_MS),
    );
  };

  waitUntil(performance.now());
  return {
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await underWay;
    },
  };
};
