import { type Cron, matchesDay } from './cron.ts';
import { hasValue, nextValue } from './cron-fields.ts';
import { type ZoneSpan, zoneYears } from './zone-offsets.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const HORIZON_YEARS = 5;

const hourAndMinuteFrom = (cron: Cron, hour: number, minute: number): number | undefined => {
  const sameHour = hasValue(cron.hour, hour) ? nextValue(cron.minute, minute) : undefined;
  if (sameHour !== undefined) return hour * 60 + sameHour;
  const nextHour = nextValue(cron.hour, hour + 1);
  const first = nextValue(cron.minute, 0);
  return nextHour === undefined || first === undefined ? undefined : nextHour * 60 + first;
};

/** The first matching local minute in [from, to); local times are written as if they were UTC. */
const firstLocalMinute = (cron: Cron, from: number, to: number): number | undefined => {
  const start = Math.ceil(from / MINUTE_MS) * MINUTE_MS;
  let day = Math.floor(start / DAY_MS) * DAY_MS;
  let minuteOfDay = (start - day) / MINUTE_MS;
  while (day + minuteOfDay * MINUTE_MS < to) {
    const date = new Date(day);
    if (!hasValue(cron.month, date.getUTCMonth() + 1)) {
      day = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1);
    } else {
      const calendar = { dayOfMonth: date.getUTCDate(), dayOfWeek: date.getUTCDay() };
      const found = matchesDay(cron, calendar)
        ? hourAndMinuteFrom(cron, Math.floor(minuteOfDay / 60), minuteOfDay % 60)
        : undefined;
      if (found !== undefined) {
        const local = day + found * MINUTE_MS;
        return local < to ? local : undefined;
      }
      day += DAY_MS;
    }
    minuteOfDay = 0;
  }
  return undefined;
};

/** The first occurrence in a span that is later than the reference (rule K5). */
const firstInSpan = (cron: Cron, span: ZoneSpan, after: number): number | undefined => {
  const { start, end, offset, offsetBefore } = span;
  if (end <= after) return undefined;
  const isAfterGap = start > after && offset > offsetBefore;
  if (isAfterGap && firstLocalMinute(cron, start + offsetBefore, start + offset) !== undefined) return start;
  // What the clock shows again after it was set back has had its occurrence in the span before.
  const repeatedUntil = start + Math.max(offset, offsetBefore);
  const local = firstLocalMinute(cron, Math.max(after + 1 + offset, repeatedUntil), end + offset);
  return local === undefined ? undefined : local - offset;
};

/**
 * The earliest occurrence strictly after an instant (rules K5, K6). Undefined: none within 5 years, or the zone
 * is unknown.
 */
export const nextOccurrence = (cron: Cron, zone: string, after: Date): Date | undefined => {
  const years = zoneYears(zone);
  if (!years) return undefined;
  const reference = after.getTime();
  const firstYear = after.getUTCFullYear();
  const horizon = new Date(reference).setUTCFullYear(firstYear + HORIZON_YEARS);
  for (let year = firstYear; year <= firstYear + HORIZON_YEARS; year += 1) {
    for (const span of years(year)) {
      const found = firstInSpan(cron, span, reference);
      if (found !== undefined) return found <= horizon ? new Date(found) : undefined;
    }
  }
  return undefined;
};

/** The occurrences in (after, until], ascending, at most `limit` of them. */
export const occurrencesBetween = (
  cron: Cron,
  zone: string,
  after: Date,
  until: Date,
  limit = Number.POSITIVE_INFINITY,
): Date[] => {
  const found: Date[] = [];
  let next = nextOccurrence(cron, zone, after);
  while (next && next <= until && found.length < limit) {
    found.push(next);
    next = nextOccurrence(cron, zone, next);
  }
  return found;
};

/** The last occurrence in (after, until], found without walking through all of them. */
export const latestOccurrence = (cron: Cron, zone: string, after: Date, until: Date): Date | undefined => {
  let latest = nextOccurrence(cron, zone, after);
  if (!latest || latest > until) return undefined;
  // Halving: none lies in (limit, until], so `latest` is the last once nothing is left before the limit.
  let limit = until.getTime();
  while (limit > latest.getTime()) {
    const middle = new Date(Math.floor((latest.getTime() + limit) / 2));
    const next = nextOccurrence(cron, zone, middle);
    if (next && next <= until) latest = next;
    else limit = middle.getTime();
  }
  return latest;
};
