import type { Context } from '#shared/host/context.ts';
import { rateLimited } from '#shared/http/caller/rate-limit.ts';
import { type CountedAttempt, reserveAttempt } from './attempts.ts';
import { type LoginSubject, loginLimitsReached } from './login-throttle.ts';

/**
 * Counts a call that asks for another address, whatever becomes of it.
 * @throws AppError `rate_limited`, with the login limits when they are reached as well (R20)
 */
export const countEmailChange = async (
  context: Context,
  userId: number,
  findSubject: () => Promise<LoginSubject>,
): Promise<CountedAttempt> => {
  const limit = context.config.AUTH_LIMIT_EMAIL_CHANGE;
  const attempt = await reserveAttempt(context, [{ name: 'email-change', limit, subject: [String(userId)] }]);
  if (!attempt.allowed) {
    throw rateLimited([...attempt.reached, ...(await loginLimitsReached(context, await findSubject()))]);
  }
  await attempt.settle('failure');
  return attempt;
};
