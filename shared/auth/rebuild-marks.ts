import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { sql } from 'kysely';
import type { Config } from '../config/config.ts';
import type { Database } from '../database/database.ts';
import type { Log } from '../log/log.ts';
import { completeKey, rebuildLockKey, runIdOf, sessionKey } from './mark-keys.ts';

interface Rebuilding {
  readonly redis: Redis;
  readonly db: Database;
  readonly config: Pick<Config, 'JWT_ACCESS_TOKEN_EXPIRY' | 'REDIS_PREFIX'>;
  readonly log: Log;
  readonly now: () => Date;
}

/** How long others leave it to a process that may have died; each batch starts it anew. */
const LOCK_MS = 10_000;
const BATCH = 1_000;
/** By how much the clocks of two processes may differ. */
const CLOCK_MARGIN_MS = 60_000;
const PAUSE_MS = 250;

// The lock is taken before the database is read and must still be held at the end: then nothing was flushed between.
const HOLD = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1`;
const FINISH = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[2], ARGV[2])
redis.call('DEL', KEYS[1])
return 1`;
const RELEASE = `if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end`;

/** How long a session is still of interest after its end: until no access token of it can be valid any more. */
export const endedSessionKeptMs = (config: Pick<Config, 'JWT_ACCESS_TOKEN_EXPIRY'>): number =>
  config.JWT_ACCESS_TOKEN_EXPIRY + CLOCK_MARGIN_MS;

const endedSessions = async (db: Database, since: Date, afterId: number): Promise<number[]> => {
  const { rows } = await sql<{ id: number }>`
    SELECT id FROM user_sessions WHERE ended_at > ${since} AND id > ${afterId}
    UNION SELECT session_id FROM removed_sessions WHERE created_at > ${since} AND session_id > ${afterId}
    ORDER BY id LIMIT ${BATCH}`.execute(db);
  return rows.map(({ id }) => Number(id));
};

const writeMarks = async (
  { redis, config }: Rebuilding,
  lock: { readonly key: string; readonly holder: string },
  ids: readonly number[],
): Promise<boolean> => {
  const pipeline = redis.pipeline().eval(HOLD, 1, lock.key, lock.holder, LOCK_MS);
  for (const id of ids) {
    pipeline.set(sessionKey(config.REDIS_PREFIX, id), '1', 'PX', endedSessionKeptMs(config));
  }
  const results = (await pipeline.exec()) ?? [];
  for (const [error] of results) if (error) throw error;
  return results[0]?.[1] === 1;
};

/**
 * Writes the marks of all sessions that ended while an access token of theirs may still be valid, and says that
 * none is missing. Of all processes one does so at a time; false means that another does, or that Redis lost its
 * data once more meanwhile.
 */
export const rebuildMarks = async (context: Rebuilding): Promise<boolean> => {
  const { redis, db, config, log, now } = context;
  const prefix = config.REDIS_PREFIX;
  const lock = { key: rebuildLockKey(prefix), holder: randomUUID() };
  try {
    const runId = await runIdOf(redis);
    if ((await redis.set(lock.key, lock.holder, 'PX', LOCK_MS, 'NX')) !== 'OK') return false;
    const since = new Date(now().getTime() - endedSessionKeptMs(config));
    let marked = 0;
    for (let last = BATCH, afterId = 0; last === BATCH; ) {
      const ids = await endedSessions(db, since, afterId);
      if (!(await writeMarks(context, lock, ids))) return false;
      last = ids.length;
      afterId = ids.at(-1) ?? afterId;
      marked += last;
    }
    const finished = await redis.eval(FINISH, 2, lock.key, completeKey(prefix), lock.holder, runId);
    if (finished === 1) log.info({ sessions: marked }, 'revocation marks have been rebuilt');
    return finished === 1;
  } catch (error) {
    // Also a command that came too late to be answered may have taken the lock.
    redis.eval(RELEASE, 1, lock.key, lock.holder).catch(() => undefined);
    throw error;
  }
};

const underWay = new WeakSet<Redis>();
/** The rebuilding belongs to no request: it must not be taken for a part of the one that noticed the loss. */
const outsideRequests = AsyncLocalStorage.snapshot();

/**
 * Tries {@link rebuildMarks} in the background, not more often than every now and then; false when it was tried a
 * moment ago.
 */
export const rebuildMarksSoon = (context: Rebuilding): boolean => {
  const { redis, log } = context;
  if (underWay.has(redis)) return false;
  underWay.add(redis);
  outsideRequests(() => {
    rebuildMarks(context)
      .catch((error: unknown) => log.warn({ err: error }, 'revocation marks could not be rebuilt yet'))
      .finally(() => setTimeout(() => underWay.delete(redis), PAUSE_MS).unref());
  });
  return true;
};
