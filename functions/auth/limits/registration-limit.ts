import type { Context } from '#shared/host/context.ts';
import { type LimitState, rateLimited } from '#shared/http/rate-limit.ts';
import { reserveAttempt } from './attempts.ts';

/**
 * Counts a registration against its network, whatever becomes of it (auth.md R24).
 * @throws AppError `rate_limited`
 */
export const countRegistration = async (context: Context, network: string): Promise<LimitState[]> => {
  const attempt = await reserveAttempt(context, [
    { name: 'register', limit: context.config.AUTH_LIMIT_REGISTER, subject: [network] },
  ]);
  if (!attempt.allowed) throw rateLimited(attempt.reached);
  return attempt.settle('failure');
};
