import type { Redis } from 'ioredis';
import type { AttemptStore, CounterRef } from './attempt-store.ts';
import type { AttemptCount, AttemptVerdict } from './rules/attempt-counter.ts';

// KEYS: for each counter the hash of its window and the sorted set of its undecided attempts by lapse.
// Times come from the caller; Redis's own expiry only clears away what no caller would count any more.
const OPEN_WINDOW = `
local now = tonumber(ARGV[1])
local function window(key)
  local row = redis.call('HMGET', key, 'count', 'ends', 'reported')
  if row[2] and tonumber(row[2]) > now then return tonumber(row[1]), row[2], row[3] end
  return 0, '0', false
end
`;

const RESERVE = `${OPEN_WINDOW}
local limited, full, fresh, result = false, false, {}, {}
for i = 1, #KEYS, 2 do
  local limit = tonumber(ARGV[3 + (i + 1) / 2])
  local count, ends, reported = window(KEYS[i])
  redis.call('ZREMRANGEBYSCORE', KEYS[i + 1], '-inf', ARGV[1])
  if count >= limit then
    limited = true
    if not reported then fresh[#fresh + 1] = KEYS[i] end
  elseif count + redis.call('ZCARD', KEYS[i + 1]) >= limit then full = true end
  result[#result + 1] = tostring(count)
  result[#result + 1] = ends
end
local verdict = limited and 'limited' or full and 'wait' or 'reserved'
for _, key in ipairs(fresh) do redis.call('HSET', key, 'reported', '1') end
if verdict == 'reserved' then
  for i = 2, #KEYS, 2 do
    redis.call('ZADD', KEYS[i], ARGV[3], ARGV[2])
    redis.call('PEXPIRE', KEYS[i], tonumber(ARGV[3]) - now)
  end
end
return { verdict, #fresh > 0 and '1' or '0', unpack(result) }`;

const SETTLE = `${OPEN_WINDOW}
local result = {}
for i = 1, #KEYS, 2 do
  local at = 3 + (i - 1) / 2 * 3
  local count, ends = window(KEYS[i])
  redis.call('ZREM', KEYS[i + 1], ARGV[2])
  if ARGV[at] == 'clear' then
    redis.call('DEL', KEYS[i])
    count, ends = 0, '0'
  elseif ARGV[at] == 'count' then
    if ends == '0' then
      ends = ARGV[at + 1]
      redis.call('DEL', KEYS[i])
      redis.call('HSET', KEYS[i], 'ends', ends)
      redis.call('PEXPIRE', KEYS[i], ARGV[at + 2])
    end
    count = redis.call('HINCRBY', KEYS[i], 'count', 1)
  end
  result[#result + 1] = tostring(count)
  result[#result + 1] = ends
end
return result`;

// KEYS: the sorted set of a group's windows by the end of each, then windows; ARGV: now, then their latest ends.
const REMEMBER = `
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[1])
for i = 2, #KEYS do redis.call('ZADD', KEYS[1], 'GT', ARGV[i], KEYS[i]) end
local last = redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')
redis.call('PEXPIRE', KEYS[1], tonumber(last[2]) - tonumber(ARGV[1]))`;

/** Counters that all processes share; each step is one script, so it is atomic. */
export const createRedisStore = (redis: Redis, prefix: string): AttemptStore => {
  // The braces keep all counters on one node of a Redis Cluster, as a script needs.
  const named = (key: string, part: 'window' | 'pending' | 'group') => `{${prefix}:limits}:${key}:${part}`;
  const keysOf = (refs: readonly CounterRef[]) =>
    refs.flatMap(({ key }) => [named(key, 'window'), named(key, 'pending')]);
  const run = async (script: string, refs: readonly CounterRef[], args: readonly (string | number)[]) =>
    (await redis.eval(script, refs.length * 2, ...keysOf(refs), ...args)) as string[];
  // Before they count, so that no counter is missing from its group; one too many does no harm.
  const remember = async (refs: readonly CounterRef[], now: number): Promise<void> => {
    const groups = Map.groupBy(refs, ({ group }) => group);
    for (const [group, members] of groups) {
      if (group === undefined) continue;
      const windows = members.map(({ key }) => named(key, 'window'));
      const args: (string | number)[] = [
        ...windows,
        now,
        ...members.map(({ limit }) => now + limit.windowMs),
      ];
      await redis.eval(REMEMBER, 1 + windows.length, named(group, 'group'), ...args);
    }
  };
  const counts = (values: readonly string[]): AttemptCount[] =>
    values.flatMap((value, index) =>
      index % 2 === 0 ? [{ count: Number(value), endsAt: Number(values[index + 1]) }] : [],
    );
  return {
    reserve: async (refs, { id, now, lapsesAt }) => {
      const limits = refs.map(({ limit }) => limit.count);
      const [verdict, report, ...values] = await run(RESERVE, refs, [now, id, lapsesAt, ...limits]);
      return { verdict: verdict as AttemptVerdict, report: report === '1', counts: counts(values) };
    },
    settle: async (refs, ends, { id, now }) => {
      const args = refs.flatMap(({ limit }, index) => [
        ends[index] ?? 'release',
        now + limit.windowMs,
        limit.windowMs,
      ]);
      await remember(
        refs.filter((_ref, index) => ends[index] === 'count'),
        now,
      );
      return counts(await run(SETTLE, refs, [now, id, ...args]));
    },
    forget: async (group) => {
      const key = named(group, 'group');
      await redis.del([key, ...(await redis.zrange(key, '0', '-1'))]);
    },
  };
};
