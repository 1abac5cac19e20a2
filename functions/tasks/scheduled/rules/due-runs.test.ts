import { assert, constantFrom, integer, property } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { planRuns, upcomingRuns } from './due-runs.ts';
import { isPastDeadline } from './run-deadline.ts';
import { isSkipped } from './skipping.ts';
import { timetableOf } from './timetable.ts';

const at = (text: string) => new Date(`2026-03-10T${text}Z`);
const tableOf = (cron: string) => {
  const table = timetableOf({ cron, timezone: 'UTC' });
  if (!table) throw new Error(cron);
  return table;
};
const window = (now: Date, lookaheadMs = 75_000, graceMs = 120_000) => ({ now, lookaheadMs, graceMs });
const minutely = tableOf('* * * * *');

describe('planRuns', () => {
  test.each([
    ['nothing is due', 'last', '10:05:00', '10:00:00', [], '10:05:00'],
    ['ahead', 'last', '10:01:00', '10:00:30', ['10:01:00'], '10:02:00'],
    [
      'the end of the look-ahead belongs to it',
      'last',
      '10:01:00',
      '10:00:45',
      ['10:01:00', '10:02:00'],
      '10:03:00',
    ],
    ['now itself counts as missed', 'skip', '10:00:00', '10:00:00', ['10:00:00', '10:01:00'], '10:02:00'],
    ['only the latest of the missed', 'last', '07:00:00', '10:00:30', ['10:00:00', '10:01:00'], '10:02:00'],
  ] as const)('%s', (_, catchUp, nextRun, now, runs, next) => {
    const plan = planRuns({ nextRun: at(nextRun), catchUp }, minutely, window(at(now)));
    expect(plan).toEqual({ runs: runs.map(at), nextRun: at(next) });
  });

  test('skip drops the latest missed one when it is older than the grace', () => {
    const task = { nextRun: at('08:00:00'), catchUp: 'skip' } as const;
    const hourly = tableOf('@hourly');
    expect(planRuns(task, hourly, window(at('10:02:00')))).toEqual({
      runs: [at('10:00:00')],
      nextRun: at('11:00:00'),
    });
    expect(planRuns(task, hourly, window(at('10:02:00.001')))).toEqual({ runs: [], nextRun: at('11:00:00') });
  });

  test('a next run that is no occurrence is due all the same', () => {
    const plan = planRuns(
      { nextRun: at('10:00:20.500'), catchUp: 'last' },
      tableOf('@daily'),
      window(at('10:00:00')),
    );
    expect(plan).toEqual({ runs: [at('10:00:20.500')], nextRun: new Date('2026-03-11T00:00:00Z') });
  });

  test('ticks at any moments run every instant that is not missed exactly once', () => {
    const crons = ['* * * * *', '*/7 * * * *', '3,4 */2 * * *', '0 0 * * *'];
    const times = property(
      constantFrom(...crons),
      integer({ min: 0, max: 86_400_000 }),
      integer({ min: 1, max: 74_000 }),
      integer({ min: 1, max: 40 }),
      (cron, startMs, stepMs, ticks) => {
        const table = tableOf(cron);
        let now = new Date(at('00:00:00').getTime() + startMs);
        const from = now;
        let nextRun = table.next(now) ?? now;
        const runs: Date[] = [];
        for (let tick = 0; tick < ticks; tick += 1) {
          const plan = planRuns({ nextRun, catchUp: 'skip' }, table, window(now));
          runs.push(...plan.runs);
          nextRun = plan.nextRun ?? nextRun;
          now = new Date(now.getTime() + stepMs);
        }
        const expected: Date[] = [];
        const until = now.getTime() - stepMs + 75_000;
        for (let due = table.next(from); due && due.getTime() <= until; due = table.next(due))
          expected.push(due);
        expect(runs).toEqual(expected);
      },
    );
    assert(times);
  });

  test('after any pause one missed run at most, and the next run lies beyond the look-ahead', () => {
    assert(
      property(
        constantFrom('* * * * *', '30 2 * * *', '0 12 1 * *', '*/5 9-17 * * 1-5'),
        integer({ min: 0, max: 400 * 86_400_000 }),
        (cron, pauseMs) => {
          const table = tableOf(cron);
          const nextRun = table.next(at('00:00:00')) ?? at('00:00:00');
          const now = new Date(nextRun.getTime() + pauseMs);
          const plan = planRuns({ nextRun, catchUp: 'last' }, table, window(now));
          const missed = plan.runs.filter((run) => run <= now);
          expect(missed).toHaveLength(1);
          const following = table.next(missed[0] ?? now);
          expect(following && following > now).toBe(true);
          expect(plan.nextRun?.getTime()).toBeGreaterThan(now.getTime() + 75_000);
        },
      ),
    );
  });
});

test('upcomingRuns begins with a future next run, else after now', () => {
  const hourly = tableOf('@hourly');
  expect(upcomingRuns(at('09:30:00'), hourly, at('09:10:00'), 2)).toEqual([at('09:30:00'), at('10:00:00')]);
  expect(upcomingRuns(at('09:00:00'), hourly, at('09:10:00'), 2)).toEqual([at('10:00:00'), at('11:00:00')]);
  expect(upcomingRuns(at('09:00:00'), tableOf('0 0 30 2 *'), at('09:10:00'), 2)).toEqual([]);
});

test('isSkipped follows rule S7', () => {
  const run = {
    attempt: 1,
    dueAt: at('10:00:00'),
    isTaskActive: true,
    catchUp: 'skip',
    isSuperseded: false,
  } as const;
  const time = { now: at('10:02:00'), graceMs: 120_000 };
  expect(isSkipped(run, time)).toBe(false);
  expect(isSkipped(run, { ...time, now: at('10:02:00.001') })).toBe(true);
  expect(isSkipped({ ...run, catchUp: 'last' }, { ...time, now: at('12:00:00') })).toBe(false);
  expect(isSkipped({ ...run, isSuperseded: true }, time)).toBe(true);
  expect(isSkipped({ ...run, isSuperseded: true, attempt: 2 }, time)).toBe(false);
  expect(isSkipped({ ...run, isSuperseded: true, dueAt: undefined }, time)).toBe(false);
  expect(isSkipped({ ...run, attempt: 3, isTaskActive: false }, time)).toBe(true);
});

test('isPastDeadline follows rule W9', () => {
  const run = { cron: '@hourly', timezone: 'UTC', dueAt: at('10:00:00'), catchUp: 'skip' } as const;
  expect(isPastDeadline(run, at('10:59:59.999'))).toBe(false);
  expect(isPastDeadline(run, at('11:00:00'))).toBe(true);
  expect(isPastDeadline({ ...run, catchUp: 'last' }, at('11:00:00'))).toBe(false);
  expect(isPastDeadline({ ...run, dueAt: undefined }, at('11:00:00'))).toBe(false);
});
