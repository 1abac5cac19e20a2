import type { Redis } from 'ioredis';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { AppError } from '../errors/app-error.ts';
import type { Context } from '../runtime/context.ts';
import type { Identity } from './caller.ts';

/** Where a caller stands with one limit. */
export interface LimitState {
  readonly name: string;
  readonly quota: number;
  readonly windowSeconds: number;
  readonly remaining: number;
  readonly resetSeconds: number;
}

/** The two fields of draft-ietf-httpapi-ratelimit-headers for all limits of a request. */
export const rateLimitHeaders = (states: readonly LimitState[]): Record<string, string> =>
  states.length === 0
    ? {}
    : {
        'ratelimit-policy': states.map((s) => `"${s.name}";q=${s.quota};w=${s.windowSeconds}`).join(', '),
        ratelimit: states.map((s) => `"${s.name}";r=${s.remaining};t=${s.resetSeconds}`).join(', '),
      };

/** A refusal that names the limits reached; `Retry-After` is the longest rest among them. */
export const rateLimited = (reached: readonly LimitState[]): AppError =>
  new AppError('rate_limited', {
    headers: {
      ...rateLimitHeaders(reached),
      'retry-after': String(Math.max(1, ...reached.map(({ resetSeconds }) => resetSeconds))),
    },
  });

const WINDOW_SECONDS = 60;
const limiters = new WeakMap<Redis, RateLimiterRedis>();

const generalLimiter = ({ redis, config }: Context): RateLimiterRedis => {
  const known = limiters.get(redis);
  if (known) return known;
  const settings = { points: config.RATE_LIMIT_PER_MINUTE, duration: WINDOW_SECONDS };
  const limiter = new RateLimiterRedis({
    ...settings,
    storeClient: redis,
    keyPrefix: `${config.REDIS_PREFIX}:rate:general`,
    insuranceLimiter: new RateLimiterMemory(settings),
  });
  limiters.set(redis, limiter);
  return limiter;
};

const keyOf = ({ caller, address }: Identity): string =>
  caller.kind === 'user' ? `user:${caller.userId}` : `address:${address}`;

/**
 * Counts a request against the caller's general limit. Service calls are exempt, and 0 switches the limit off.
 * @throws AppError `rate_limited`
 */
export const consumeGeneralLimit = async (identity: Identity, context: Context): Promise<LimitState[]> => {
  const quota = context.config.RATE_LIMIT_PER_MINUTE;
  if (quota === 0 || identity.caller.kind === 'service') return [];
  const state = (result: RateLimiterRes): LimitState => ({
    name: 'general',
    quota,
    windowSeconds: WINDOW_SECONDS,
    remaining: result.remainingPoints,
    resetSeconds: Math.ceil(result.msBeforeNext / 1_000),
  });
  try {
    return [state(await generalLimiter(context).consume(keyOf(identity)))];
  } catch (refusal) {
    if (refusal instanceof RateLimiterRes) throw rateLimited([state(refusal)]);
    throw refusal;
  }
};
