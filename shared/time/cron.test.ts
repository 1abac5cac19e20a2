import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Cron, matchesDay, parseCron } from './cron.ts';
import { hasValue } from './cron-fields.ts';
import { oracleMatcher } from './testing/cron-oracle.ts';
import { cronText } from './testing/cron-texts.ts';

const parsed = (text: string): Cron => {
  const cron = parseCron(text);
  if (!cron) throw new Error(`${text} does not parse`);
  return cron;
};

const valuesOf = (text: string, field: keyof Cron): number[] => {
  const values = parsed(text)[field];
  return Array.from({ length: 64 }, (_, value) => value).filter((value) => hasValue(values, value));
};

describe('fields', () => {
  it.each([
    ['0-59/20 * * * *', 'minute', [0, 20, 40]],
    ['7/25 * * * *', 'minute', [7, 32, 57]],
    ['5,05,59,31,32 * * * *', 'minute', [5, 31, 32, 59]],
    ['*/60 * * * *', 'minute', [0]],
    ['0 22/1 * * *', 'hour', [22, 23]],
    ['0 0 29-31 * *', 'dayOfMonth', [29, 30, 31]],
    ['0 0 1 JAN,mar-May *', 'month', [1, 3, 4, 5]],
    ['0 0 1 dec/5 *', 'month', [12]],
    ['0 0 * * sun-tue', 'dayOfWeek', [0, 1, 2]],
    ['0 0 * * 5-7', 'dayOfWeek', [5, 6, 7]],
    ['0 0 * * 5/2', 'dayOfWeek', [5, 7]],
    ['0 0 * * Mon-3', 'dayOfWeek', [1, 2, 3]],
    ['0\t0  *\t *  7', 'dayOfWeek', [7]],
  ] as const)('%s has the %ss %s', (text, field, expected) => {
    expect(valuesOf(text, field)).toEqual(expected);
  });
});

describe('refuses', () => {
  it.each([
    ...['', ' ', '*', '* * * *', '* * * * * *', ' * * * * *', '* * * * * ', '*\n* * * *', '*\u00a0* * * *'],
    ...['60 * * * *', '* 24 * * *', '* * 0 * *', '* * 32 * *', '* * * 0 *', '* * * 13 *', '* * * * 8'],
    ...['-1 * * * *', '+1 * * * *', '1.5 * * * *', '001 * * * *', '0x1 * * * *', '１ * * * *', 'a * * * *'],
    ...['5-1 * * * *', '* * * * fri-sun', '* * * * 6-mon', '* * * dec-jan *', '1-2-3 * * * *', '1- * * * *'],
    ...['*/0 * * * *', '*/00 * * * *', '*/100 * * * *', '*/ * * * *', '*/1/1 * * * *', '*/mon * * * *'],
    ...['1,,2 * * * *', ',1 * * * *', '1, * * * *', '*-5 * * * *', '** * * * *', '1 , 2 * * * *'],
    ...['? * * * *', '* ? * * *', '* * * ? *', '* * L * *', '* * 15W * *', '* * * * 1#2', '* * * * 5L'],
    ...['jan * * * *', '* * sun * *', '* * * mon *', '* * * * jan', '* * * january *', '* * * * sunday'],
    ...['@Daily', '@midnight', '@annually', '@reboot', '@every 1h', '@daily ', '@', 'TZ=UTC * * * * *'],
    ...['CRON_TZ=UTC 0 0 * * *', 'H * * * *', '* * * * * 2026', 'ſun * * * *', '* * * * ſun'],
  ])('%j', (text) => {
    expect(parseCron(text)).toBeUndefined();
  });

  it('anything else without throwing', () => {
    const letters = fc.constantFrom(...'0123456789*/,-? \t@LWsunjan'.split(''));
    fc.assert(fc.property(fc.string({ unit: letters, maxLength: 100 }), (text) => void parseCron(text)));
    fc.assert(fc.property(fc.string(), (text) => void parseCron(text)));
  });
});

describe('days', () => {
  const friday13 = { dayOfMonth: 13, dayOfWeek: 5 };
  const friday14 = { dayOfMonth: 14, dayOfWeek: 5 };
  const monday13 = { dayOfMonth: 13, dayOfWeek: 1 };
  it.each([
    ['0 0 13 * 5', [true, true, true]],
    ['0 0 13 * *', [true, false, true]],
    ['0 0 13 * ?', [true, false, true]],
    ['0 0 13 * */1', [true, false, true]],
    ['0 0 13 * */2', [true, false, true]],
    ['0 0 13 * 1,*', [true, false, true]],
    ['0 0 * * 5', [true, true, false]],
    ['0 0 ?/1 * 5', [true, true, false]],
    ['0 0 */2 * 5', [true, true, true]],
    ['0 0 1-31 * 5', [true, true, true]],
    ['0 0 1-31 * *', [true, true, true]],
  ])('%s', (text, expected) => {
    const cron = parsed(text);
    expect([friday13, friday14, monday13].map((date) => matchesDay(cron, date))).toEqual(expected);
  });
});

describe('descriptors', () => {
  it.each([
    ['@hourly', '0 * * * *'],
    ['@daily', '0 0 * * *'],
    ['@weekly', '0 0 * * 0'],
    ['@monthly', '0 0 1 * *'],
    ['@yearly', '0 0 1 1 *'],
  ])('%s is %s', (descriptor, text) => {
    expect(parseCron(descriptor)).toEqual(parseCron(text));
  });
});

describe('any expression', () => {
  it('matches the minutes that the oracle matches', () => {
    const minute = fc.integer({ min: Date.UTC(2024) / 60_000, max: Date.UTC(2032) / 60_000 });
    fc.assert(
      fc.property(cronText(), minute, (text, at) => {
        const cron = parsed(text);
        const date = new Date(at * 60_000);
        const matches =
          hasValue(cron.minute, date.getUTCMinutes()) &&
          hasValue(cron.hour, date.getUTCHours()) &&
          hasValue(cron.month, date.getUTCMonth() + 1) &&
          matchesDay(cron, { dayOfMonth: date.getUTCDate(), dayOfWeek: date.getUTCDay() });
        expect(matches).toBe(oracleMatcher(text)(date.getTime()));
      }),
      { numRuns: 2_000 },
    );
  });
});
