import { CRON_FIELDS, type CronValues, hasValue, parseCronField } from './cron-fields.ts';

/** A parsed cron expression. */
export interface Cron {
  readonly minute: CronValues;
  readonly hour: CronValues;
  readonly dayOfMonth: CronValues;
  readonly month: CronValues;
  /** 0 is Sunday; 7 is set too when it was written. */
  readonly dayOfWeek: CronValues;
}

const DESCRIPTORS: ReadonlyMap<string, string> = new Map([
  ['@hourly', '0 * * * *'],
  ['@daily', '0 0 * * *'],
  ['@weekly', '0 0 * * 0'],
  ['@monthly', '0 0 1 * *'],
  ['@yearly', '0 0 1 1 *'],
]);

/** Far more than the 100 characters of a request or a column. */
const MAXIMUM_LENGTH = 1_000;

/** Reads a cron expression by rules K1 to K3; undefined is `invalid_cron`. */
export const parseCron = (text: string): Cron | undefined => {
  if (text.length > MAXIMUM_LENGTH) return undefined;
  const fields = (DESCRIPTORS.get(text) ?? text).split(/[ \t]+/);
  if (fields.length !== 5) return undefined;
  const [minuteText = '', hourText = '', dayOfMonthText = '', monthText = '', dayOfWeekText = ''] = fields;
  const minute = parseCronField(minuteText, CRON_FIELDS.minute);
  const hour = parseCronField(hourText, CRON_FIELDS.hour);
  const dayOfMonth = parseCronField(dayOfMonthText, CRON_FIELDS.dayOfMonth);
  const month = parseCronField(monthText, CRON_FIELDS.month);
  const dayOfWeek = parseCronField(dayOfWeekText, CRON_FIELDS.dayOfWeek);
  return minute && hour && dayOfMonth && month && dayOfWeek
    ? { minute, hour, dayOfMonth, month, dayOfWeek }
    : undefined;
};

/** Whether a day of the calendar matches its two fields (rule K4); the month is not looked at. */
export const matchesDay = (
  { dayOfMonth, dayOfWeek }: Cron,
  date: { readonly dayOfMonth: number; readonly dayOfWeek: number },
): boolean => {
  const byMonth = hasValue(dayOfMonth, date.dayOfMonth);
  const byWeek = hasValue(dayOfWeek, date.dayOfWeek) || (date.dayOfWeek === 0 && hasValue(dayOfWeek, 7));
  return dayOfMonth.isOpen || dayOfWeek.isOpen ? byMonth && byWeek : byMonth || byWeek;
};
