import type { LimitState } from '#shared/errors/refusal-data.ts';
import type { Context } from '#shared/host/context.ts';
import { rateLimited } from '#shared/http/caller/rate-limit.ts';
import { recordRefusal } from '../events/queries/events.ts';
import type { Client } from '../events/rules/client.ts';
import { type AllowedAttempt, type Counter, forgetAttempts, reserveAttempt } from './attempts.ts';

/** A password is judged again when the account changed meanwhile; more often than this nobody changes one. */
export const MAXIMUM_JUDGEMENTS = 5;

/** How the counters name an account that exists. */
export const accountSubject = (userId: number): string => `user:${userId}`;

/** Whose password is being tried, and from where. */
export interface LoginSubject {
  /** The account found, or the login itself: both count alike, so that neither tells whether it exists (R20). */
  readonly account: string;
  readonly userId: number | undefined;
  readonly client: Client;
  /** When a session of the account was last opened from this network. */
  readonly networkUsedAt: Date | undefined;
}

const groupOf = (account: string): string[] => ['login-of-account', account];

const loginCounters = ({ config, now }: Context, subject: LoginSubject): Counter[] => {
  const { account, client, networkUsedAt } = subject;
  const knownSince = now().getTime() - config.AUTH_KNOWN_NETWORK_AGE;
  const known = networkUsedAt !== undefined && networkUsedAt.getTime() >= knownSince;
  const accountNetwork: Counter = {
    name: 'login-account-network',
    limit: config.AUTH_LIMIT_LOGIN_ACCOUNT_NETWORK,
    subject: [account, client.network],
    group: groupOf(account),
    onSuccess: 'clear',
  };
  const wholeAccount: Counter = {
    name: 'login-account',
    limit: config.AUTH_LIMIT_LOGIN_ACCOUNT,
    subject: [account],
    group: groupOf(account),
  };
  const network: Counter = {
    name: 'login-network',
    limit: config.AUTH_LIMIT_LOGIN_NETWORK,
    subject: [client.network],
  };
  // From a network that the account is used from, others cannot lock it out (R21).
  return known ? [accountNetwork, network] : [accountNetwork, wholeAccount, network];
};

/**
 * Reserves one attempt at a password (auth.md R21-R23); whoever gets it must settle it.
 * @throws AppError `rate_limited`; the first refusal of a window is recorded
 */
export const reserveLogin = async (context: Context, subject: LoginSubject): Promise<AllowedAttempt> => {
  const attempt = await reserveAttempt(context, loginCounters(context, subject));
  if (attempt.allowed) return attempt;
  if (attempt.report) {
    const { userId, client } = subject;
    await recordRefusal(context.db, { kind: 'login_blocked', userId, client }, context.now());
  }
  throw rateLimited(attempt.reached);
};

/** The login limits that have been reached, for refusals that have another reason as well (R20). */
export const loginLimitsReached = async (
  context: Context,
  subject: LoginSubject,
): Promise<readonly LimitState[]> => {
  const attempt = await reserveAttempt(context, loginCounters(context, subject));
  if (!attempt.allowed) return attempt.reached;
  await attempt.settle('release');
  return [];
};

/** Clears the login counters of an account in all networks. */
export const clearLoginCounters = (context: Context, userId: number): Promise<void> =>
  forgetAttempts(context, groupOf(accountSubject(userId)));
