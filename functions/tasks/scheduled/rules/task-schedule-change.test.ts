import { describe, expect, test } from 'vitest';
import { isNextRunAllowed, needsOccurrence, nextRunAfter, withdraws } from './task-schedule-change.ts';

const at = (hour: number) => new Date(Date.UTC(2026, 2, 10, hour));
const active = { cron: '@daily', timezone: 'UTC', active: true, nextRun: at(20) };
const inactive = { ...active, active: false };
const times = { sent: undefined, withdrawn: undefined, occurrence: at(15), now: at(12) };

describe('nextRunAfter', () => {
  test.each([
    ['nothing changed: it stays', active, active, times, 20],
    ['sent: it is taken, even if past', active, { ...active, cron: '@hourly' }, { ...times, sent: at(1) }, 1],
    ['a changed cron: the first occurrence', active, { ...active, cron: '@hourly' }, times, 15],
    ['a changed zone: the first occurrence', active, { ...active, timezone: 'Asia/Tokyo' }, times, 15],
    ['withdrawn runs: back to the earliest', active, inactive, { ...times, withdrawn: at(13) }, 13],
    ['activation with a future one: it stays', inactive, active, times, 20],
    ['activation with a past one: the first occurrence', { ...inactive, nextRun: at(3) }, active, times, 15],
    ['deactivation with a past one: it stays', { ...active, nextRun: at(3) }, inactive, times, 3],
  ] as const)('%s', (_, before, after, given, hour) => {
    expect(nextRunAfter(before, after, given)).toEqual(at(hour));
  });
});

test('runs are withdrawn exactly when the schedule changes', () => {
  expect(withdraws(active, active, {})).toBe(false);
  expect(withdraws(active, active, { nextRun: at(20) })).toBe(true);
  expect(withdraws(active, inactive, {})).toBe(true);
  expect(withdraws(active, { ...active, cron: '0 0 * * *' }, {})).toBe(true);
  expect(withdraws(active, { ...active, timezone: 'Etc/UTC' }, {})).toBe(true);
});

test('an occurrence is needed for a new schedule and on activation', () => {
  expect(needsOccurrence(active, inactive)).toBe(false);
  expect(needsOccurrence(inactive, active)).toBe(true);
  expect(needsOccurrence(inactive, { ...inactive, cron: '@hourly' })).toBe(true);
});

test('a next run lies from a year before to five years after now', () => {
  const now = new Date('2026-03-10T12:00:00.000Z');
  expect(isNextRunAllowed(new Date('2025-03-10T12:00:00.000Z'), now)).toBe(true);
  expect(isNextRunAllowed(new Date('2025-03-10T11:59:59.999Z'), now)).toBe(false);
  expect(isNextRunAllowed(new Date('2031-03-10T12:00:00.000Z'), now)).toBe(true);
  expect(isNextRunAllowed(new Date('2031-03-10T12:00:00.001Z'), now)).toBe(false);
});
