import { type Cron, parseCron } from './cron.ts';
import { CRON_FIELDS, type CronValues, hasValue, parseCronField } from './cron-fields.ts';
import { latestOccurrence, nextOccurrence } from './occurrences.ts';

/** A cron expression with the seconds at which its minutes begin. */
export interface CronWithSeconds {
  readonly seconds: CronValues;
  readonly cron: Cron;
}

const SECOND_MS = 1_000;
const LOOK_BACK_YEARS = 5;
/** Any fixed time will do: whether an expression has occurrences does not depend on it. */
const SOME_TIME = new Date(0);

/**
 * Reads five fields, or six that begin with seconds, one blank between them. Undefined for anything else, and for
 * an expression that names no day that exists.
 */
export const parseCronWithSeconds = (text: string): CronWithSeconds | undefined => {
  const fields = text.split(' ');
  const [secondsText = '', ...minutesOn] = fields.length === 6 ? fields : ['0', ...fields];
  if (minutesOn.length !== 5) return undefined;
  const seconds = parseCronField(secondsText, CRON_FIELDS.minute);
  const cron = parseCron(minutesOn.join(' '));
  return seconds && cron && nextOccurrence(cron, 'UTC', SOME_TIME) ? { seconds, cron } : undefined;
};

/** The last occurrence strictly before an instant, in UTC; undefined when there was none for five years. */
export const lastOccurrenceBefore = ({ seconds, cron }: CronWithSeconds, before: Date): Date | undefined => {
  const earliest = new Date(before);
  earliest.setUTCFullYear(earliest.getUTCFullYear() - LOOK_BACK_YEARS);
  let limit = before.getTime() - 1;
  // The latest minute may have begun before the first of its seconds; the one before it is over.
  for (let look = 0; look < 2; look += 1) {
    const minute = latestOccurrence(cron, 'UTC', earliest, new Date(limit))?.getTime();
    if (minute === undefined) return undefined;
    for (let second = 59; second >= 0; second -= 1) {
      const time = minute + second * SECOND_MS;
      if (hasValue(seconds, second) && time < before.getTime()) return new Date(time);
    }
    limit = minute - 1;
  }
  return undefined;
};
