import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestResources, type TestResources } from '#shared/testing/test-resources.ts';
import { type AttemptStore, createMemoryStore } from './attempt-store.ts';
import { createRedisStore } from './redis-attempt-store.ts';
import type { AttemptEnd } from './rules/attempt-counter.ts';

let resources: TestResources;
beforeAll(async () => {
  resources = await openTestResources();
});
afterAll(() => resources.close());

const step = fc.record({
  waitMs: fc.nat(400),
  attempt: fc.nat(5),
  keys: fc.constantFrom(['a'], ['b'], ['a', 'b'], ['a', 'b', 'c']),
  act: fc.constantFrom<'reserve' | AttemptEnd | 'forget'>(
    'reserve',
    'reserve',
    'count',
    'count',
    'release',
    'clear',
    'forget',
  ),
});

let runs = 0;

test('the scripts in Redis and the rules in memory say the same, step by step', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const prefix = `${resources.config.REDIS_PREFIX}-${runs++}`;
      const stores: AttemptStore[] = [createRedisStore(resources.redis, prefix), createMemoryStore()];
      // Real time, as Redis clears away by its own clock; the windows are too long for that to show.
      let now = Date.now();
      for (const { waitMs, attempt, keys, act } of steps) {
        now += waitMs;
        const refs = keys.map((key, index) => ({
          key,
          limit: { count: 2 + index, windowMs: 1_000 },
          ...(key === 'c' ? {} : { group: key === 'a' ? 'first' : 'second' }),
        }));
        const id = `attempt${attempt}`;
        const answers = stores.map((store) =>
          act === 'forget'
            ? store.forget(attempt % 2 === 0 ? 'first' : 'second')
            : act === 'reserve'
              ? store.reserve(refs, { id, now, lapsesAt: now + 700 })
              : store.settle(
                  refs,
                  keys.map(() => act),
                  { id, now },
                ),
        );
        const [inRedis, inMemory] = await Promise.all(answers);
        expect(inRedis).toEqual(inMemory);
      }
    }),
    { numRuns: 150 },
  );
});

test('what is counted leaves Redis by itself, and its keys name nobody', async () => {
  const store = createRedisStore(resources.redis, resources.config.REDIS_PREFIX);
  const refs = [{ key: 'lapse', limit: { count: 5, windowMs: 60_000 }, group: 'lapse-all' }];
  const now = Date.now();
  await store.reserve(refs, { id: 'one', now, lapsesAt: now + 60_000 });
  await store.settle(refs, ['count'], { id: 'other', now });
  const keys = await resources.redis.keys(`*${resources.config.REDIS_PREFIX}:limits*lapse*`);
  expect(keys).toHaveLength(3);
  for (const key of keys) expect(await resources.redis.pttl(key)).toBeGreaterThan(50_000);
});
