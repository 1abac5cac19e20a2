/** A slow second opinion on rules K1 to K5 that shares no code with the rules: it walks minute by minute. */

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Expressions of every shape that rules K1 to K4 allow, many of them at the hours when clocks are changed. */
export const ORACLE_PATTERNS = [
  ...['* * * * *', '*/15 * * * *', '7/20 * * * *', '0 * * * *', '30 * * * *', '59 * * * *', '@hourly'],
  ...['0 0 * * *', '30 0 * * *', '59 23 * * *', '0 1 * * *', '30 1 * * *', '59 1 * * *', '@daily'],
  ...['0 2 * * *', '15 2 * * *', '30 2 * * *', '59 2 * * *', '0 3 * * *', '30 3 * * *', '*/7 2,3 * * *'],
  ...['0,30 0-4 * * *', '10-50/20 1-3 * * *', '* 2 * * *', '45 */3 * * *', '5 22/1 * * *'],
  ...['0 0 * * 0', '30 2 * * 7', '30 2 * * sun', '0 12 * * 1-5', '15 1 * * 6,7', '30 2 ? * sat-sat'],
  ...['30 1 1-7 * 0', '0 2 */2 * 1', '0 2 *,5 * 0', '0 3 */1 * 6', '30 2 25-31 mar,oct *', '30 2 8-14 3 ?'],
  ...['30 23 28-31 * *', '0 0 1 * *', '@weekly', '@monthly', '@yearly', '1 2/3 */5 */2 mon-fri/2'],
] as const;

const DESCRIPTORS: Readonly<Record<string, string>> = {
  '@hourly': '0 * * * *',
  '@daily': '0 0 * * *',
  '@weekly': '0 0 * * 0',
  '@monthly': '0 0 1 * *',
  '@yearly': '0 0 1 1 *',
};
const NAMES =
  'sun=0 mon=1 tue=2 wed=3 thu=4 fri=5 sat=6 jan=1 feb=2 mar=3 apr=4 may=5 jun=6 jul=7 aug=8 sep=9 oct=10 nov=11 dec=12'
    .split(' ')
    .map((pair) => pair.split('='));

const expand = (text: string, minimum: number, maximum: number): Set<number> => {
  const values = new Set<number>();
  const digits = NAMES.reduce(
    (line, [name = '', value = '']) => line.replaceAll(name, value),
    text.toLowerCase(),
  );
  for (const item of digits.split(',')) {
    const [range = '', step] = item.split('/');
    const isAll = range === '*' || range === '?';
    const [from = '', to] = range.split('-');
    const first = isAll ? minimum : Number(from);
    const last = to === undefined ? (isAll || step !== undefined ? maximum : first) : Number(to);
    for (let value = first; value <= last; value += Number(step ?? 1)) values.add(value);
  }
  return values;
};

/** Tells for the local minute of a valid expression, written as if it were UTC, whether it matches. */
export const oracleMatcher = (text: string): ((local: number) => boolean) => {
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = (DESCRIPTORS[text] ?? text).split(
    /[ \t]+/,
  );
  const minutes = expand(minute, 0, 59);
  const hours = expand(hour, 0, 23);
  const days = expand(day, 1, 31);
  const months = expand(month, 1, 12);
  const weekdays = expand(weekday, 0, 7);
  const isOpen = (field: string) =>
    field.split(',').some((item) => ['*', '?', '*/1', '?/1'].includes(item.replace('/01', '/1')));
  const isEither = !isOpen(day) && !isOpen(weekday);
  return (local) => {
    const date = new Date(local);
    if (!minutes.has(date.getUTCMinutes()) || !hours.has(date.getUTCHours())) return false;
    if (!months.has(date.getUTCMonth() + 1)) return false;
    const byDay = days.has(date.getUTCDate());
    const number = date.getUTCDay();
    const byWeekday = weekdays.has(number) || (number === 0 && weekdays.has(7));
    return isEither ? byDay || byWeekday : byDay && byWeekday;
  };
};

/** Reads the clock of a zone: local time to the minute, written as if it were UTC. */
const wallClock = (zone: string): ((instant: number) => number) => {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' });
  return (instant) => {
    const text = format.format(instant);
    const part = (from: number, to: number) => Number(text.slice(from, to));
    return Date.UTC(part(0, 4), part(5, 7) - 1, part(8, 10), part(11, 13), part(14, 16));
  };
};

/** The hours within (from, to] at whose start a zone's clock no longer differs from UTC as it did an hour before. */
export const changesOf = (zone: string, from: number, to: number): number[] => {
  const clock = wallClock(zone);
  const changes: number[] = [];
  let before = clock(from) - from;
  for (let instant = from + HOUR_MS; instant <= to; instant += HOUR_MS) {
    const offset = clock(instant) - instant;
    if (offset !== before) changes.push(instant);
    before = offset;
  }
  return changes;
};

/** Every local minute that a stretch of time shows or jumps over, with the instant that rule K5 gives it. */
export type LocalMinutes = ReadonlyMap<number, number>;

/** Walks minute by minute from one instant (whole minutes) to another. */
export const walkMinutes = (zone: string, from: number, to: number): LocalMinutes => {
  const clock = wallClock(zone);
  const shown = new Map<number, number>();
  const skipped = new Map<number, number>();
  let before = clock(from) - MINUTE_MS;
  for (let instant = from; instant <= to; instant += MINUTE_MS) {
    const local = clock(instant);
    if (!shown.has(local)) shown.set(local, instant);
    for (let gap = before + MINUTE_MS; gap < local; gap += MINUTE_MS) skipped.set(gap, instant);
    before = local;
  }
  return new Map([...skipped, ...shown]);
};

/** The occurrences among walked minutes that lie in (after, until], ascending. */
export const oracleOccurrences = (
  pattern: string,
  minutes: LocalMinutes,
  after: number,
  until: number,
): number[] => {
  const matches = oracleMatcher(pattern);
  const found = new Set<number>();
  for (const [local, instant] of minutes) {
    if (instant > after && instant <= until && matches(local)) found.add(instant);
  }
  return [...found].sort((one, other) => one - other);
};
