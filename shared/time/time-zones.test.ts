import { describe, expect, it } from 'vitest';
import { ianaNames, isTimeZone } from './time-zones.ts';
import { zoneYears } from './zone-offsets.ts';

describe('time zones', () => {
  it.each([
    ...['UTC', 'Europe/Berlin', 'Asia/Tokyo', 'Asia/Calcutta', 'Asia/Kolkata', 'US/Eastern', 'Europe/Kyiv'],
    ...['Etc/GMT+5', 'EST5EDT', 'America/Argentina/Buenos_Aires', 'America/Coyhaique', 'Zulu', 'GB-Eire'],
  ])('%s is one', (name) => {
    expect(isTimeZone(name)).toBe(true);
  });

  it.each([
    ...['', ' UTC', 'utc', 'europe/berlin', 'Europe/berlin', 'EUROPE/BERLIN', '+01:00', '-0300', 'UTC+1'],
    ...['GMT+5', 'Z', 'Mars/Olympus', 'Etc/Unknown', 'Factory', 'SystemV/EST5', 'JST', 'IST', 'AST'],
    ...['posix/Europe/Berlin', 'Europe/Berlin\u0000', '__proto__', 'local', 'localtime'],
  ])('%j is none', (name) => {
    expect(isTimeZone(name)).toBe(false);
    expect(zoneYears(name)).toBeUndefined();
  });

  it('Intl knows them all, and they fit the column', () => {
    const refused = ianaNames().filter((name) => {
      try {
        return new Intl.DateTimeFormat('en', { timeZone: name }) === undefined;
      } catch {
        return true;
      }
    });
    expect(refused).toEqual([]);
    expect(ianaNames().length).toBeGreaterThan(590);
    expect(ianaNames().every((name) => /^[\x21-\x7e]{1,64}$/.test(name))).toBe(true);
  });
});

describe('the spans of a year', () => {
  it('follow each other without a hole, from year to year', () => {
    for (const zone of ['Europe/Berlin', 'America/Santiago', 'Africa/Casablanca', 'Asia/Kathmandu']) {
      const read = zoneYears(zone);
      const spans = [2025, 2026, 2027, 2028].flatMap((year) => read?.(year) ?? []);
      expect(spans[0]?.start).toBe(Date.UTC(2025));
      expect(spans.at(-1)?.end).toBe(Date.UTC(2029));
      for (const [index, span] of spans.slice(1).entries()) {
        expect([span.start, span.offsetBefore]).toEqual([spans[index]?.end, spans[index]?.offset]);
      }
    }
  });

  it.each([
    ['Asia/Dhaka', '2009-12-31T17:00:00.000Z'],
    ['Pacific/Kiritimati', '1994-12-31T10:00:00.000Z'],
    ['Australia/Lord_Howe', '2026-10-03T15:30:00.000Z'],
    ['Europe/Lisbon', '1912-01-01T00:00:00.000Z'],
  ])('of %s begin at %s', (zone, instant) => {
    const at = Date.parse(instant);
    const spans = zoneYears(zone)?.(new Date(at).getUTCFullYear()) ?? [];
    const change = spans.find(({ start }) => start === at);
    expect(change?.offset).not.toBe(change?.offsetBefore);
  });
});
