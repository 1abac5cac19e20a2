import type { Context } from '#shared/host/context.ts';
import { rateLimited } from '#shared/http/caller/rate-limit.ts';
import { reserveAttempt } from './attempts.ts';

/**
 * Counts a registration against its network, whatever becomes of it (auth.md R24).
 * @throws AppError `rate_limited`
 */
export const countRegistration = async (context: Context, network: string): Promise<void> => {
  const attempt = await reserveAttempt(context, [
    { name: 'register', limit: context.config.AUTH_LIMIT_REGISTER, subject: [network] },
  ]);
  if (!attempt.allowed) throw rateLimited(attempt.reached);
  await attempt.settle('failure');
  attempt.tellCaller();
};
