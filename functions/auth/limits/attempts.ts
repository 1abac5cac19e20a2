import { createHmac, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { onePer } from '#shared/async/one-per.ts';
import type { Limit } from '#shared/config/parsers.ts';
import type { LimitState } from '#shared/errors/refusal-data.ts';
import type { Context } from '#shared/host/context.ts';
import { type AttemptStore, type CounterRef, createMemoryStore } from './attempt-store.ts';
import { createRedisStore } from './redis-attempt-store.ts';
import type { AttemptCount, AttemptEnd } from './rules/attempt-counter.ts';

/** A limit and whom it counts: a network, an account, or both. */
export interface Counter {
  /** As the RateLimit fields name it. */
  readonly name: string;
  readonly limit: Limit;
  readonly subject: readonly string[];
  /** By which {@link forgetAttempts} finds it. */
  readonly group?: readonly string[];
  /** What a success means for this counter; `release` unless said. */
  readonly onSuccess?: AttemptEnd;
}

/** An attempt that has been settled. */
export interface CountedAttempt {
  /** Reports to the caller where they stand with its limits. */
  readonly tellCaller: () => void;
}

/** An attempt that may go on. */
export interface AllowedAttempt extends CountedAttempt {
  readonly allowed: true;
  /** Says how the attempt ended, once. */
  readonly settle: (end: 'failure' | 'success' | 'release') => Promise<void>;
}

/** An attempt that may go on, or the limits that forbid it. */
export type Attempt =
  | AllowedAttempt
  | {
      readonly allowed: false;
      readonly reached: readonly LimitState[];
      /** True for the first refusal in the window of some counter. */
      readonly report: boolean;
    };

/** The share of a request's time for which it waits for others; what is left is enough to judge. */
const WAITING_SHARE = 0.8;
const FIRST_PAUSE_MS = 10;
const LONGEST_PAUSE_MS = 160;

const memoryBeside = onePer((_redis: Redis): AttemptStore => createMemoryStore());

/** A key that says nothing about whom it counts. */
const hidden = (words: readonly string[], secret: string): string =>
  createHmac('sha256', secret).update(JSON.stringify(words)).digest('base64url');

const refOf = ({ name, limit, subject, group }: Counter, secret: string): CounterRef => ({
  key: hidden([name, ...subject], secret),
  limit,
  ...(group ? { group: hidden(group, secret) } : {}),
});

const stateOf = ({ name, limit }: Counter, { count, endsAt }: AttemptCount, now: number): LimitState => ({
  name,
  quota: limit.count,
  windowSeconds: Math.ceil(limit.windowMs / 1_000),
  remaining: Math.max(0, limit.count - count),
  resetSeconds: Math.ceil((endsAt > now ? endsAt - now : limit.windowMs) / 1_000),
});

const UNLIMITED: AllowedAttempt = {
  allowed: true,
  settle: async () => undefined,
  tellCaller: () => undefined,
};

/**
 * Reserves an attempt in all counters, waiting while only undecided attempts stand in the way (auth.md R23).
 * Counts in process memory while Redis is unavailable. Limits that are switched off are left out.
 */
export const reserveAttempt = async (context: Context, wanted: readonly Counter[]): Promise<Attempt> => {
  const { config, redis, log, signal } = context;
  const counters = config.AUTH_THROTTLE === 'off' ? [] : wanted.filter(({ limit }) => limit.count > 0);
  if (counters.length === 0) return UNLIMITED;
  const shared = createRedisStore(redis, config.REDIS_PREFIX);
  const memory = memoryBeside(redis);
  const refs = counters.map((counter) => refOf(counter, config.JWT_SECRET));
  const id = randomUUID();
  const states = (counts: readonly AttemptCount[], now: number): LimitState[] =>
    counters.map((counter, index) => stateOf(counter, counts[index] ?? { count: 0, endsAt: 0 }, now));

  const tryIn = async <T>(store: AttemptStore, work: (store: AttemptStore) => Promise<T>) => {
    try {
      return { store, result: await work(store) };
    } catch (error) {
      if (store === memory) throw error;
      log.warn({ err: error }, 'attempts are counted in memory');
      // Redis may carry out later what it did not answer in time; commands of a connection keep their order.
      const released = counters.map((): AttemptEnd => 'release');
      store.settle(refs, released, { id, now: context.now().getTime() }).catch(() => undefined);
      return { store: memory, result: await work(memory) };
    }
  };

  // Nothing is judged for longer than a request may take: then the process that held the attempt has died.
  const longestMs = config.REQUEST_TIMEOUT_SECONDS * 1_000;
  const startedAt = performance.now();
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    const now = context.now().getTime();
    const attempt = { id, now, lapsesAt: now + longestMs };
    const { store, result } = await tryIn(shared, (place) => place.reserve(refs, attempt));
    if (result.verdict === 'reserved') {
      let standing: readonly LimitState[] = [];
      const settle = async (end: 'failure' | 'success' | 'release'): Promise<void> => {
        const at = context.now().getTime();
        const ends = counters.map(({ onSuccess }) => endOf(end, onSuccess));
        const settled = await tryIn(store, (place) => place.settle(refs, ends, { id, now: at }));
        standing = states(settled.result, at);
      };
      return { allowed: true, settle, tellCaller: () => context.reportLimits?.(standing) };
    }
    if (result.verdict === 'limited') {
      const reached = states(result.counts, now).filter(({ remaining }) => remaining === 0);
      return { allowed: false, reached, report: result.report };
    }
    if (performance.now() - startedAt > WAITING_SHARE * longestMs) {
      // What stands in the way lapses within the time that a judgement may take.
      const blocked = states(result.counts, now).map((state) => ({
        ...state,
        remaining: 0,
        resetSeconds: Math.ceil(longestMs / 1_000),
      }));
      return { allowed: false, reached: blocked, report: false };
    }
    await sleep(pause * (0.5 + Math.random()), undefined, { signal });
  }
};

const endOf = (end: 'failure' | 'success' | 'release', onSuccess: AttemptEnd = 'release'): AttemptEnd => {
  if (end === 'failure') return 'count';
  return end === 'success' ? onSuccess : 'release';
};

/** Forgets what all counters of a group have counted, in memory too; while Redis is unavailable its counts stay. */
export const forgetAttempts = async (
  { config, redis, log }: Pick<Context, 'config' | 'redis' | 'log'>,
  group: readonly string[],
): Promise<void> => {
  const key = hidden(group, config.JWT_SECRET);
  await memoryBeside(redis).forget(key);
  await createRedisStore(redis, config.REDIS_PREFIX)
    .forget(key)
    .catch((error: unknown) => log.warn({ err: error }, 'counted attempts could not be forgotten'));
};
