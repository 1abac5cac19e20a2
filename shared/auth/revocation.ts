import type { Redis } from 'ioredis';
import type { Config } from '../config/config.ts';
import type { Log } from '../log/log.ts';
import type { AccessClaims } from './access-token.ts';
import { completeKey, runIdOf, sessionKey, userKey } from './mark-keys.ts';

/** What has ended: one session, or all sessions of a user up to the highest id among them. */
export type Ending =
  | { readonly sessionId: number }
  | { readonly userId: number; readonly highestSessionId: number };

interface Marks {
  readonly redis: Redis;
  readonly config: Pick<Config, 'JWT_ACCESS_TOKEN_EXPIRY' | 'REDIS_PREFIX'>;
  readonly log: Log;
}

const RETRY_MS = 1_000;

// A user's mark only ever rises: two revocations may reach Redis in either order.
const RAISE = `
local old = tonumber(redis.call('GET', KEYS[1]) or '0')
if tonumber(ARGV[1]) > old then redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
else redis.call('PEXPIRE', KEYS[1], ARGV[2]) end`;

const write = async ({ redis, config }: Marks, ending: Ending): Promise<void> => {
  const prefix = config.REDIS_PREFIX;
  const lifetime = config.JWT_ACCESS_TOKEN_EXPIRY;
  if ('sessionId' in ending) await redis.set(sessionKey(prefix, ending.sessionId), '1', 'PX', lifetime);
  else await redis.eval(RAISE, 1, userKey(prefix, ending.userId), ending.highestSessionId, lifetime);
};

/**
 * Marks access tokens as ended, for as long as one can live (auth.md R13). When Redis is unavailable it is tried again
 * in the background until the tokens have expired by themselves; this function never throws.
 */
export const markEnded = async (marks: Marks, ending: Ending): Promise<void> => {
  const giveUpAt = Date.now() + marks.config.JWT_ACCESS_TOKEN_EXPIRY;
  const attempt = async (): Promise<void> => {
    try {
      await write(marks, ending);
    } catch (error) {
      marks.log.warn({ err: error }, 'a revocation mark could not be written yet');
      if (Date.now() < giveUpAt) setTimeout(attempt, RETRY_MS).unref();
    }
  };
  await attempt();
};

/**
 * What the marks say of a token: its session has `ended` or is `unmarked`; Redis has lost marks, so that the
 * absence of one is `uncertain`; or Redis is `away`.
 */
export type MarkedState = 'ended' | 'unmarked' | 'uncertain' | 'away';

/** Looks a token up in the marks, in one round trip. */
export const readMarks = async (marks: Marks, claims: AccessClaims): Promise<MarkedState> => {
  const { redis, config, log } = marks;
  const prefix = config.REDIS_PREFIX;
  try {
    const runId = await runIdOf(redis);
    const [session, user, completeFor] = await redis.mget(
      sessionKey(prefix, claims.sessionId),
      userKey(prefix, claims.userId),
      completeKey(prefix),
    );
    if (typeof session === 'string' || claims.sessionId <= Number(user ?? 0)) return 'ended';
    return completeFor === runId ? 'unmarked' : 'uncertain';
  } catch (error) {
    log.warn({ err: error }, 'revocation marks could not be read');
    return 'away';
  }
};
