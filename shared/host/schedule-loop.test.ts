import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createLog } from '../log/log.ts';
import { parseRate, scheduledEvent, startScheduleLoop } from './schedule-loop.ts';

const silent = createLog('silent');

describe('parseRate', () => {
  test.each([
    ['rate(1 minute)', 60_000],
    ['rate(5 minutes)', 300_000],
    ['rate(2 hours)', 7_200_000],
    ['rate(25 days)', 2_160_000_000],
  ])('%s', (expression, milliseconds) => {
    expect(parseRate(expression)).toBe(milliseconds);
  });

  test.each(['rate(0 minutes)', 'rate(1 second)', 'rate(1minute)', 'cron(0 0 * * ? *)', ''])(
    'refuses %j',
    (expression) => {
      expect(parseRate(expression)).toBeUndefined();
    },
  );
});

test('the event carries the time of the run', () => {
  expect(scheduledEvent(new Date('2026-02-03T04:05:06Z'))).toEqual({
    source: 'aws.events',
    'detail-type': 'Scheduled Event',
    time: '2026-02-03T04:05:06.000Z',
    detail: {},
  });
});

describe('startScheduleLoop', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const start = (run: () => Promise<unknown>, periodMs = 60_000) =>
    startScheduleLoop({ functionName: 'tick', periodMs, run }, silent);

  test('runs soon after the start and then once a period', async () => {
    const run = vi.fn(async () => undefined);
    const loop = start(run);
    await vi.advanceTimersByTimeAsync(0);
    expect(run).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(59_990);
    expect(run).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(20);
    expect(run).toHaveBeenCalledTimes(2);
    await vi.advanceTimersByTimeAsync(10 * 60_000);
    expect(run).toHaveBeenCalledTimes(12);
    await loop.stop();
  });

  test('counts the period from start to start', async () => {
    const starts: number[] = [];
    const loop = start(async () => {
      starts.push(performance.now());
      await new Promise((resolve) => setTimeout(resolve, 40_000));
    });
    await vi.advanceTimersByTimeAsync(0);
    await vi.advanceTimersByTimeAsync(60_010);
    expect(starts).toHaveLength(2);
    expect((starts[1] ?? 0) - (starts[0] ?? 0)).toBeCloseTo(60_000, -2);
    const stopped = loop.stop();
    await vi.advanceTimersByTimeAsync(40_000);
    await stopped;
  });

  test('never overlaps itself, and does not make up for missed runs', async () => {
    let running = 0;
    let most = 0;
    let runs = 0;
    const loop = start(async () => {
      running += 1;
      most = Math.max(most, running);
      runs += 1;
      await new Promise((resolve) => setTimeout(resolve, runs === 1 ? 210_000 : 1));
      running -= 1;
    });
    await vi.advanceTimersByTimeAsync(0);
    await vi.advanceTimersByTimeAsync(210_002);
    expect(runs).toBe(2);
    await vi.advanceTimersByTimeAsync(58_000);
    expect(runs).toBe(2);
    await vi.advanceTimersByTimeAsync(4_000);
    expect(runs).toBe(3);
    expect(most).toBe(1);
    await loop.stop();
  });

  test('goes on after a run that throws', async () => {
    const run = vi.fn(async () => Promise.reject(new Error('no database')));
    const loop = start(run, 1_000);
    await vi.advanceTimersByTimeAsync(3_010);
    expect(run.mock.calls.length).toBeGreaterThanOrEqual(3);
    await loop.stop();
  });

  test('says once that it fails for one reason, and once that it works again', async () => {
    const messages: string[] = [];
    const log = createLog('info', { write: (line: string) => messages.push(JSON.parse(line).msg) });
    let reason: string | undefined = 'no database';
    const loop = startScheduleLoop(
      {
        functionName: 'tick',
        periodMs: 5_000,
        run: async () => {
          if (reason !== undefined) throw new Error(reason);
        },
      },
      log,
    );
    await vi.advanceTimersByTimeAsync(60_000);
    reason = 'no table';
    await vi.advanceTimersByTimeAsync(60_000);
    reason = undefined;
    await vi.advanceTimersByTimeAsync(60_000);
    await loop.stop();
    const failed = 'a scheduled function failed';
    expect(messages).toEqual([failed, failed, 'a scheduled function works again']);
  });

  test('a period longer than the longest timer does not fire early', async () => {
    const run = vi.fn(async () => undefined);
    const loop = start(run, 25 * 86_400_000);
    await vi.advanceTimersByTimeAsync(0);
    await vi.advanceTimersByTimeAsync(24.9 * 86_400_000);
    expect(run).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(0.2 * 86_400_000);
    expect(run).toHaveBeenCalledTimes(2);
    await loop.stop();
  });

  test('stop waits for the run under way and starts no other', async () => {
    let ended = false;
    const run = vi.fn(async () => {
      await new Promise((resolve) => setTimeout(resolve, 5_000));
      ended = true;
    });
    const loop = start(run, 1_000);
    await vi.advanceTimersByTimeAsync(0);
    const stopped = loop.stop();
    await vi.advanceTimersByTimeAsync(5_000);
    await stopped;
    expect(ended).toBe(true);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(run).toHaveBeenCalledTimes(1);
  });
});
