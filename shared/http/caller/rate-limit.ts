import type { Redis } from 'ioredis';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { onePer } from '../../async/one-per.ts';
import type { Config } from '../../config/config.ts';
import { AppError } from '../../errors/app-error.ts';
import type { LimitState } from '../../errors/refusal-data.ts';
import type { Context } from '../../host/context.ts';
import type { RateBucket } from '../contract.ts';
import type { Identity } from './caller.ts';
import { countedAddress } from './client-address.ts';

/** A refusal that names the limits reached. */
export const rateLimited = (reached: readonly LimitState[]): AppError =>
  new AppError('rate_limited', { data: { limits: reached } });

const WINDOW_SECONDS = 60;

const QUOTA = {
  general: 'RATE_LIMIT_PER_MINUTE',
  media: 'MEDIA_RATE_LIMIT_PER_MINUTE',
} as const satisfies Record<RateBucket, keyof Context['config']>;

const limitersOf = (bucket: RateBucket) =>
  onePer((redis: Redis, config: Config): RateLimiterRedis => {
    const settings = { points: config[QUOTA[bucket]], duration: WINDOW_SECONDS };
    return new RateLimiterRedis({
      ...settings,
      storeClient: redis,
      keyPrefix: `${config.REDIS_PREFIX}:rate:${bucket}`,
      insuranceLimiter: new RateLimiterMemory(settings),
    });
  });

const LIMITER_OF = {
  general: limitersOf('general'),
  media: limitersOf('media'),
} as const satisfies Record<RateBucket, unknown>;

const keyOf = ({ caller, address }: Identity): string =>
  caller.kind === 'user' ? `user:${caller.userId}` : `address:${countedAddress(address)}`;

/**
 * Counts a request against the caller's limit of the bucket, and tells the caller. Service calls are exempt, and 0
 * switches it off.
 * @throws AppError `rate_limited`
 */
export const consumeLimit = async (
  bucket: RateBucket,
  identity: Identity,
  context: Context,
): Promise<void> => {
  const quota = context.config[QUOTA[bucket]];
  if (quota === 0 || identity.caller.kind === 'service') return;
  const state = (result: RateLimiterRes): LimitState => ({
    name: bucket,
    quota,
    windowSeconds: WINDOW_SECONDS,
    remaining: result.remainingPoints,
    resetSeconds: Math.ceil(result.msBeforeNext / 1_000),
  });
  try {
    context.reportLimits?.([
      state(await LIMITER_OF[bucket](context.redis, context.config).consume(keyOf(identity))),
    ]);
  } catch (refusal) {
    if (refusal instanceof RateLimiterRes) throw rateLimited([state(refusal)]);
    throw refusal;
  }
};
