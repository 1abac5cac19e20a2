import { isTimeZone } from './time-zones.ts';

/** A stretch of time in which a zone keeps one offset. All values are milliseconds. */
export interface ZoneSpan {
  /** The first instant, and the first one after it. */
  readonly start: number;
  readonly end: number;
  /** Local time minus UTC. */
  readonly offset: number;
  /** The offset before the start; equal to `offset` where a span begins only because a year does. */
  readonly offsetBefore: number;
}

/** Gives the spans of a zone that together make up one year of UTC, in order. */
export type ZoneYears = (year: number) => readonly ZoneSpan[];

const DAY_MS = 86_400_000;
const OFFSET = /GMT(?:([+-])([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?)?$/;

const offsetReader = (zone: string): ((instant: number) => number) => {
  const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
  return (instant) => {
    const match = OFFSET.exec(format.format(instant));
    if (!match) throw new Error(`Intl gives no offset for ${zone}`);
    const [, sign, hours = '0', minutes = '0', seconds = '0'] = match;
    const size = (Number(hours) * 60 + Number(minutes)) * 60_000 + Number(seconds) * 1_000;
    return sign === '-' ? -size : size;
  };
};

/** The second at which the offset is first another one, between an instant with the old and one with the new. */
const findChange = (before: number, after: number, offsetAt: (instant: number) => number): number => {
  const old = offsetAt(before);
  let low = before / 1_000;
  let high = after / 1_000;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(middle * 1_000) === old) low = middle;
    else high = middle;
  }
  return high * 1_000;
};

// Daily probes: no zone changes its clock twice within a day.
const readYear = (year: number, offsetAt: (instant: number) => number): readonly ZoneSpan[] => {
  const spans: ZoneSpan[] = [];
  const end = Date.UTC(year + 1);
  let start = Date.UTC(year);
  let offsetBefore = offsetAt(start - 1_000);
  let offset = offsetAt(start);
  for (let day = start + DAY_MS; day <= end; day += DAY_MS) {
    // The last probe stands before the border, since a change upon it belongs to the next year.
    const probe = day === end ? day - 1_000 : day;
    const next = offsetAt(probe);
    if (next === offset) continue;
    const change = findChange(day - DAY_MS, probe, offsetAt);
    spans.push({ start, end: change, offset, offsetBefore });
    [start, offsetBefore, offset] = [change, offset, next];
  }
  spans.push({ start, end, offset, offsetBefore });
  return spans;
};

const known = new Map<string, ZoneYears>();

/** The offsets of a zone, read from Intl once a year and zone; undefined for an unknown zone. */
export const zoneYears = (zone: string): ZoneYears | undefined => {
  const cached = known.get(zone);
  if (cached) return cached;
  if (!isTimeZone(zone)) return undefined;
  const offsetAt = offsetReader(zone);
  const years = new Map<number, readonly ZoneSpan[]>();
  const read: ZoneYears = (year) => {
    const spans = years.get(year) ?? readYear(year, offsetAt);
    years.set(year, spans);
    return spans;
  };
  known.set(zone, read);
  return read;
};
