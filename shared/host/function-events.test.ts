import { describe, expect, test } from 'vitest';
import { loadConfig } from '../config/config.ts';
import { periodsOf, queueBindingsOf } from './function-events.ts';

const config = loadConfig({ APP_ENV: 'test', TASK_IMMEDIATE_CONCURRENCY: '7', TASK_TICK_SECONDS: '3' });
const withEvents = (...events: Record<string, unknown>[]) => ({ handler: 'a.handler', events });

describe('queueBindingsOf', () => {
  test('takes counts from the event or from the configuration variable it names', () => {
    const definition = withEvents(
      { bullmq: { queue: 'one', batchSize: 20, concurrency: 2, maximumBatchingWindowMs: 5 } },
      { bullmq: { queue: 'two', concurrency: 'TASK_IMMEDIATE_CONCURRENCY' } },
    );
    expect(queueBindingsOf(definition, config)).toEqual([
      { queue: 'one', batchSize: 20, concurrency: 2, maximumBatchingWindowMs: 5 },
      { queue: 'two', batchSize: 1, concurrency: 7, maximumBatchingWindowMs: 0 },
    ]);
  });

  test('lets an incomplete batch wait a moment, because jobs arrive one at a time', () => {
    const [binding] = queueBindingsOf(withEvents({ bullmq: { queue: 'q', batchSize: 10 } }), config);
    expect(binding?.maximumBatchingWindowMs).toBeGreaterThan(0);
  });

  test('leaves out what is not enabled and other events', () => {
    const definition = withEvents({ bullmq: { queue: 'q', enabled: false } }, { httpApi: 'GET /x' });
    expect(queueBindingsOf(definition, config)).toEqual([]);
    expect(queueBindingsOf({ handler: 'a.handler' }, config)).toEqual([]);
  });

  test.each(['NO_SUCH_VARIABLE', 'JWT_SECRET', 'SMTP_REQUIRE_TLS'])('refuses %s as a count', (name) => {
    expect(() => queueBindingsOf(withEvents({ bullmq: { queue: 'q', batchSize: name } }), config)).toThrow(
      name,
    );
  });
});

describe('periodsOf', () => {
  test('a rate of one minute is the tick of the configuration, other rates are themselves', () => {
    const definition = withEvents(
      { schedule: 'rate(1 minute)' },
      { schedule: { rate: 'rate(2 hours)' } },
      { schedule: { rate: ['rate(5 minutes)'] } },
      { schedule: { rate: ['rate(9 minutes)'], enabled: false } },
    );
    expect(periodsOf(definition, config)).toEqual([3_000, 7_200_000, 300_000]);
  });

  test('refuses what would not run', () => {
    expect(() => periodsOf(withEvents({ schedule: 'cron(0 0 * * ? *)' }), config)).toThrow('cron(');
  });
});
