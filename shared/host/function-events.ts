import type { Config } from '../config/config.ts';
import type { QueueBinding } from '../queue/dispatcher.ts';
import { ownValue } from '../text/names.ts';
import type { FunctionDefinition } from './function-definition.ts';
import { parseRate, type Schedule } from './schedule-loop.ts';

interface BullmqEvent {
  readonly queue: string;
  readonly batchSize?: number | string;
  readonly concurrency?: number | string;
  readonly maximumBatchingWindowMs?: number;
  readonly enabled?: boolean;
}

/** Either the number or the name of the configuration variable that holds it. */
const COUNT = {
  anyOf: [
    { type: 'integer', minimum: 1, maximum: 1_000 },
    { type: 'string', pattern: '^[A-Z][A-Z0-9_]*$' },
  ],
} as const;

/** JSON Schema of the `bullmq` function event. */
export const BULLMQ_EVENT_SCHEMA = {
  type: 'object',
  required: ['queue'],
  additionalProperties: false,
  properties: {
    queue: { type: 'string', pattern: '^[^:]+$' },
    batchSize: COUNT,
    concurrency: COUNT,
    maximumBatchingWindowMs: { type: 'integer', minimum: 0, maximum: 300_000 },
    enabled: { type: 'boolean' },
  },
} as const;

/** What an incomplete batch waits for others unless the event says otherwise; jobs arrive one at a time. */
const BATCHING_WINDOW_MS = 10;
/** The scheduler's clock: this rate alone follows TASK_TICK_SECONDS. */
const TICK = 'rate(1 minute)';

const countFrom = (value: number | string | undefined, config: Config): number => {
  if (value === undefined) return 1;
  if (typeof value === 'number') return value;
  const configured = ownValue(config as unknown as Record<string, unknown>, value);
  if (typeof configured === 'number' && Number.isInteger(configured) && configured > 0) return configured;
  throw new Error(`bullmq event: ${value} names no configuration variable that holds a positive integer`);
};

type BindingSettings = Omit<QueueBinding, 'invoke'>;

/** The queues that trigger a function, without those that are not enabled. */
export const queueBindingsOf = (definition: FunctionDefinition, config: Config): BindingSettings[] =>
  (definition.events ?? [])
    .map((event) => event['bullmq'] as BullmqEvent | undefined)
    .filter((event) => event !== undefined)
    .filter(({ enabled }) => enabled !== false)
    .map((event) => {
      const batchSize = countFrom(event.batchSize, config);
      return {
        queue: event.queue,
        batchSize,
        concurrency: countFrom(event.concurrency, config),
        maximumBatchingWindowMs: event.maximumBatchingWindowMs ?? (batchSize === 1 ? 0 : BATCHING_WINDOW_MS),
      };
    });

interface ScheduleObject {
  readonly rate: string | readonly string[];
  readonly enabled?: boolean;
}

const expressionsOf = (event: string | ScheduleObject): readonly string[] => {
  if (typeof event === 'string') return [event];
  if (event.enabled === false) return [];
  return typeof event.rate === 'string' ? [event.rate] : event.rate;
};

/**
 * The periods at which a function runs, in milliseconds.
 * @throws Error for anything but a rate, which is all that functions of this project use
 */
export const periodsOf = (definition: FunctionDefinition, config: Config): Schedule['periodMs'][] =>
  (definition.events ?? [])
    .map((event) => event['schedule'] as string | ScheduleObject | undefined)
    .filter((event) => event !== undefined)
    .flatMap(expressionsOf)
    .map((expression) => {
      const periodMs = expression === TICK ? config.TASK_TICK_SECONDS * 1_000 : parseRate(expression);
      if (periodMs === undefined) throw new Error(`schedule event: cannot run ${expression} locally`);
      return periodMs;
    });
