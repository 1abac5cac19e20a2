import type { Transaction } from '#shared/database/database.ts';
import type { Context, TransactionContext } from '#shared/host/context.ts';
import { rateLimited } from '#shared/http/caller/rate-limit.ts';
import { reserveAttempt } from '../limits/attempts.ts';
import { mailRequestQueue } from './mail-request-queue.ts';
import { insertMailRequest, type MailRequest, type MailRequestKind } from './queries/mail-requests.ts';

const COUNTERS = {
  resend_verification: 'resend',
  forgot_password: 'forgot',
} as const satisfies Record<MailRequestKind, string>;

/**
 * Counts a request against its network and its address (auth.md R25). False when the address has had enough, which
 * the answer must not tell.
 * @throws AppError `rate_limited` for the network
 */
export const countMailRequest = async (
  context: Context,
  { kind, email }: MailRequest,
  network: string,
): Promise<boolean> => {
  const { AUTH_LIMIT_MAIL_ADDRESS, AUTH_LIMIT_MAIL_NETWORK } = context.config;
  const name = COUNTERS[kind];
  const fromNetwork = await reserveAttempt(context, [
    { name, limit: AUTH_LIMIT_MAIL_NETWORK, subject: [network] },
  ]);
  if (!fromNetwork.allowed) throw rateLimited(fromNetwork.reached);
  await fromNetwork.settle('failure');
  fromNetwork.tellCaller();
  const toAddress = await reserveAttempt(context, [
    { name: `${name}-address`, limit: AUTH_LIMIT_MAIL_ADDRESS, subject: [email] },
  ]);
  if (toAddress.allowed) await toAddress.settle('failure');
  return toAddress.allowed;
};

/**
 * Takes a request for a mail, whoever the address belongs to: all that depends on that happens in the worker, so
 * that neither the answer nor its time tells (auth.md R17).
 */
export const requestMail = async (
  transaction: Transaction,
  context: TransactionContext,
  request: MailRequest,
): Promise<void> => {
  const id = await insertMailRequest(transaction, request, context.now());
  mailRequestQueue.enqueueAfterCommit(transaction, context, [{ id }]);
};
