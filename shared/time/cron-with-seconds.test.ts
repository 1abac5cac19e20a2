import { describe, expect, it } from 'vitest';
import { lastOccurrenceBefore, parseCronWithSeconds } from './cron-with-seconds.ts';

const lastBefore = (text: string, before: string) => {
  const cron = parseCronWithSeconds(text);
  return cron && lastOccurrenceBefore(cron, new Date(before))?.toISOString();
};

describe('parseCronWithSeconds', () => {
  it.each(['17 * * * *', '*/10 * * * * *', '0 0 29 2 *', '5,35 0 4 * * mon-fri'])('reads %s', (text) => {
    expect(parseCronWithSeconds(text)).toBeDefined();
  });

  it.each([
    '',
    '* * *',
    '* * * * * * *',
    '60 * * * * *',
    '61 * * * *',
    '17  * * * *',
    ' 17 * * * *',
    '17 * * * * ',
    '@hourly',
    '0 0 31 2 *',
    '0 0 0 30 2 *',
  ])('refuses "%s"', (text) => {
    expect(parseCronWithSeconds(text)).toBeUndefined();
  });
});

it.each([
  ['17 * * * *', '2026-03-20T03:33:20Z', '2026-03-20T03:17:00.000Z'],
  ['17 * * * *', '2026-03-20T03:17:00Z', '2026-03-20T02:17:00.000Z'],
  ['17 * * * *', '2026-03-20T03:17:00.001Z', '2026-03-20T03:17:00.000Z'],
  ['30 * * * * *', '2026-03-20T03:33:20Z', '2026-03-20T03:32:30.000Z'],
  ['30 * * * * *', '2026-03-20T03:33:30Z', '2026-03-20T03:32:30.000Z'],
  ['5,50 0 4 * * *', '2026-03-20T04:00:05Z', '2026-03-19T04:00:50.000Z'],
  ['0 0 29 2 *', '2026-03-20T03:33:20Z', '2024-02-29T00:00:00.000Z'],
  ['0 0 29 2 *', '2028-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
])('%s: the last before %s is %s', (text, before, expected) => {
  expect(lastBefore(text, before)).toBe(expected);
});
