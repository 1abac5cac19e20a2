import type { Limit } from '#shared/config/parsers.ts';
import {
  type AttemptCount,
  type AttemptCounter,
  type AttemptEnd,
  type AttemptVerdict,
  current,
  EMPTY_COUNTER,
  reserve,
  settle,
} from './rules/attempt-counter.ts';

/** One counter of a limit; `key` says nothing about whom it counts. */
export interface CounterRef {
  readonly key: string;
  readonly limit: Limit;
  /** Counters of one group can be forgotten together, whatever else tells them apart. */
  readonly group?: string;
}

/** Keeps counters, in Redis or in memory, with the meaning that rules/attempt-counter.ts gives them. */
export interface AttemptStore {
  reserve(
    counters: readonly CounterRef[],
    attempt: { readonly id: string; readonly now: number; readonly lapsesAt: number },
  ): Promise<{ verdict: AttemptVerdict; report: boolean; counts: AttemptCount[] }>;
  /** Ends the attempt in each counter; `ends` has one entry for each. */
  settle(
    counters: readonly CounterRef[],
    ends: readonly AttemptEnd[],
    attempt: { readonly id: string; readonly now: number },
  ): Promise<AttemptCount[]>;
  /** Forgets what the counters of the group have counted. */
  forget(group: string): Promise<void>;
}

const SWEEP_AT = 10_000;
const SWEEP_EVERY_MS = 60_000;

const countOf = ({ count, endsAt }: AttemptCounter): AttemptCount => ({ count, endsAt });

/** Counters of this process alone, for the time that Redis is unavailable. */
export const createMemoryStore = (): AttemptStore => {
  const counters = new Map<string, AttemptCounter>();
  const keep = (key: string, counter: AttemptCounter): void => {
    const empty = counter.endsAt === 0 && Object.keys(counter.pending).length === 0;
    if (empty) counters.delete(key);
    else counters.set(key, counter);
  };
  const groups = new Map<string, Set<string>>();
  const remember = ({ group, key }: CounterRef): void => {
    if (group !== undefined) groups.set(group, (groups.get(group) ?? new Set()).add(key));
  };
  let sweptAt = 0;
  const sweep = (now: number): void => {
    if (counters.size < SWEEP_AT || now - sweptAt < SWEEP_EVERY_MS) return;
    sweptAt = now;
    for (const [key, counter] of counters) keep(key, current(counter, now));
    for (const [group, keys] of groups) {
      for (const key of keys) if (!counters.has(key)) keys.delete(key);
      if (keys.size === 0) groups.delete(group);
    }
  };
  return {
    reserve: async (refs, attempt) => {
      sweep(attempt.now);
      const stored = refs.map(({ key }) => counters.get(key) ?? EMPTY_COUNTER);
      const limits = refs.map(({ limit }) => limit.count);
      const { verdict, report, counters: next } = reserve(stored, limits, attempt);
      for (const [index, { key }] of refs.entries()) keep(key, next[index] ?? EMPTY_COUNTER);
      return { verdict, report, counts: next.map(countOf) };
    },
    settle: async (refs, ends, attempt) =>
      refs.map((ref, index) => {
        const { key, limit } = ref;
        const end = ends[index] ?? 'release';
        const next = settle(counters.get(key) ?? EMPTY_COUNTER, end, limit, attempt);
        keep(key, next);
        if (end === 'count') remember(ref);
        return countOf(next);
      }),
    forget: async (group) => {
      for (const key of groups.get(group) ?? []) {
        const { pending } = counters.get(key) ?? EMPTY_COUNTER;
        keep(key, { ...EMPTY_COUNTER, pending });
      }
      groups.delete(group);
    },
  };
};
