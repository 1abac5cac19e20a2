import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Cron, parseCron } from './cron.ts';
import { latestOccurrence, nextOccurrence, occurrencesBetween } from './occurrences.ts';
import { changesOf, ORACLE_PATTERNS, oracleOccurrences, walkMinutes } from './testing/cron-oracle.ts';
import { cronText } from './testing/cron-texts.ts';
import { ianaNames } from './time-zones.ts';

const HOUR_MS = 3_600_000;
const YEAR_MS = 365 * 24 * HOUR_MS;

const parsed = (text: string): Cron => {
  const cron = parseCron(text);
  if (!cron) throw new Error(`${text} does not parse`);
  return cron;
};

const next = (text: string, zone: string, after: string): string | undefined =>
  nextOccurrence(parsed(text), zone, new Date(after))?.toISOString();

describe('the next occurrence', () => {
  it.each([
    // The examples of rule K6.
    ['30 2 * * *', 'Europe/Berlin', '2026-03-28T12:00:00Z', '2026-03-29T01:00:00.000Z'],
    ['30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00:00Z', '2026-10-25T00:30:00.000Z'],
    ['30 2 * * *', 'Europe/Berlin', '2026-10-25T00:30:00Z', '2026-10-26T01:30:00.000Z'],
    ['0 0 * * *', 'America/Santiago', '2026-09-05T12:00:00Z', '2026-09-06T04:00:00.000Z'],
    ['0 0 30 2 *', 'UTC', '2026-01-01T00:00:00Z', undefined],
    // Strictly after, to the millisecond.
    ['* * * * *', 'UTC', '2026-01-01T00:00:00.000Z', '2026-01-01T00:01:00.000Z'],
    ['* * * * *', 'UTC', '2025-12-31T23:59:59.999Z', '2026-01-01T00:00:00.000Z'],
    // Half-hour change of Lord Howe: 02:00 to 02:30 does not exist, 01:30 to 02:00 exists twice.
    ['15 2 * * *', 'Australia/Lord_Howe', '2026-10-03T12:00:00Z', '2026-10-03T15:30:00.000Z'],
    ['45 1 * * *', 'Australia/Lord_Howe', '2026-04-04T14:45:00Z', '2026-04-05T15:15:00.000Z'],
    // The 30th of December 2011 did not exist in Samoa.
    ['0 9 30 12 *', 'Pacific/Apia', '2011-12-01T00:00:00Z', '2011-12-30T10:00:00.000Z'],
    ['*/10 * 30 12 *', 'Pacific/Apia', '2011-12-30T10:00:00Z', '2012-12-29T10:00:00.000Z'],
    // Leap days, within 5 years and beyond.
    ['0 0 29 2 *', 'UTC', '2024-02-29T00:00:00Z', '2028-02-29T00:00:00.000Z'],
    ['0 0 29 2 *', 'UTC', '2096-02-29T00:00:00Z', undefined],
    ['0 0 1 1 *', 'Pacific/Kiritimati', '2026-06-01T00:00:00Z', '2026-12-31T10:00:00.000Z'],
    ['0 0 * * *', 'Mars/Olympus', '2026-01-01T00:00:00Z', undefined],
  ])('of %s in %s after %s is %s', (text, zone, after, expected) => {
    expect(next(text, zone, after)).toBe(expected);
  });

  it('is one when the gap swallows several minutes and the first minute after it matches too', () => {
    const around = [new Date('2026-03-29T00:30:00Z'), new Date('2026-03-29T02:00:00Z')] as const;
    const found = occurrencesBetween(parsed('*/30 * * * *'), 'Europe/Berlin', ...around);
    expect(found.map((date) => date.toISOString().slice(11, 16))).toEqual(['01:00', '01:30', '02:00']);
  });

  it('is quick once the zone has been read', () => {
    const crons = ['* * * * *', '30 2 * * *', '0 0 1 * 1'].map(parsed);
    const start = Date.UTC(2026, 10);
    for (const cron of crons) nextOccurrence(cron, 'Europe/Berlin', new Date(start));
    const startedAt = performance.now();
    for (let index = 0; index < 30_000; index += 1) {
      const cron = crons[index % crons.length];
      if (cron) nextOccurrence(cron, 'Europe/Berlin', new Date(start + index * 60_000));
    }
    // 30,000 take about 30 ms; the bound only keeps a walk through minutes out.
    expect(performance.now() - startedAt).toBeLessThan(3_000);
  });
});

describe('the minute-walking oracle', () => {
  const zones = ianaNames();
  /** A zone and an hour of 2026 to 2030 near which its clock changes, or any hour when it never does. */
  const place = fc
    .tuple(fc.constantFrom(...zones), fc.integer({ min: 2026, max: 2030 }), fc.nat())
    .map(([zone, year, pick]) => {
      const changes = changesOf(zone, Date.UTC(year), Date.UTC(year + 1));
      return { zone, instant: changes[pick % changes.length] ?? Date.UTC(year) + (pick % 8_700) * HOUR_MS };
    });

  const compare = (zone: string, instant: number, patterns: readonly string[]): void => {
    const minutes = walkMinutes(zone, instant - 50 * HOUR_MS, instant + 50 * HOUR_MS);
    const [after, until] = [instant - 26 * HOUR_MS, instant + 26 * HOUR_MS];
    for (const text of patterns) {
      const actual = occurrencesBetween(parsed(text), zone, new Date(after), new Date(until)).map(Number);
      expect({ text, at: actual }).toEqual({ text, at: oracleOccurrences(text, minutes, after, until) });
    }
  };

  it('agrees on the known patterns around changes of the clock', () => {
    fc.assert(
      fc.property(place, ({ zone, instant }) => compare(zone, instant, ORACLE_PATTERNS)),
      { numRuns: 20 },
    );
  });

  it('agrees on any patterns', () => {
    const texts = fc.array(cronText(), { minLength: 10, maxLength: 10 });
    fc.assert(
      fc.property(place, texts, ({ zone, instant }, patterns) => compare(zone, instant, patterns)),
      { numRuns: 20 },
    );
  });
});

describe('the latest occurrence', () => {
  it('is the last of all in the interval', () => {
    const start = fc.integer({ min: Date.UTC(2026), max: Date.UTC(2030) });
    const zone = fc.constantFrom('UTC', 'Europe/Berlin', 'America/Santiago', 'Australia/Lord_Howe');
    fc.assert(
      fc.property(cronText(), zone, start, fc.nat(40 * HOUR_MS), (text, name, from, length) => {
        const [after, until] = [new Date(from), new Date(from + length)];
        const all = occurrencesBetween(parsed(text), name, after, until);
        expect(latestOccurrence(parsed(text), name, after, until)).toEqual(all.at(-1));
      }),
      { numRuns: 500 },
    );
  });

  it('is found at once in a year of minutes', () => {
    const until = new Date('2026-11-22T17:00:30Z');
    const after = new Date(until.getTime() - YEAR_MS);
    const latest = latestOccurrence(parsed('* * * * *'), 'Asia/Tokyo', after, until);
    expect(latest?.toISOString()).toBe('2026-11-22T17:00:00.000Z');
  });
});

it('lists no more occurrences than asked for', () => {
  const [after, until] = [new Date('2026-01-01T00:00:00Z'), new Date('2027-01-01T00:00:00Z')];
  expect(occurrencesBetween(parsed('@daily'), 'UTC', after, until, 3)).toHaveLength(3);
  expect(occurrencesBetween(parsed('@daily'), 'UTC', after, until)).toHaveLength(365);
});
