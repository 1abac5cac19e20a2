import type { Transaction } from '#shared/database/database.ts';
import { withTransaction } from '#shared/database/transaction.ts';
import type { Context, TransactionContext } from '#shared/host/context.ts';
import { queueWorker } from '#shared/queue/queue-worker.ts';
import { lockAccountByEmail } from '../accounts/queries/accounts.ts';
import { recordEvents } from '../events/queries/events.ts';
import { mailLink } from './links.ts';
import { mailRequestQueue } from './mail-request-queue.ts';
import { finishMailRequest, lockPendingMailRequest, type MailRequest } from './queries/mail-requests.ts';

/**
 * Mails what was asked for, if the address is the stored one of an account in the right state. The account is
 * locked, so that a change of its password or address spends every link that it could not have known of (R18).
 */
const answerRequest = async (
  transaction: Transaction,
  context: TransactionContext,
  { kind, email }: MailRequest,
  now: Date,
): Promise<void> => {
  const account = await lockAccountByEmail(transaction, email);
  if (!account || account.state === 'disabled') return;
  const link = { userId: account.id, email };
  if (kind === 'forgot_password') {
    await mailLink(transaction, context, { ...link, purpose: 'reset' }, now);
    await recordEvents(transaction, [{ kind: 'password_reset_requested', userId: account.id }], now);
  } else if (account.state === 'unverified') {
    await mailLink(transaction, context, { ...link, purpose: 'verify' }, now);
  }
};

/** Works on one request, once: whoever comes second waits for its lock and finds it done. */
const workMailRequest = (context: Context, id: number): Promise<undefined> =>
  withTransaction(context.db, async (transaction) => {
    const request = await lockPendingMailRequest(transaction, id);
    if (!request) return undefined;
    const now = context.now();
    await answerRequest(transaction, context, request, now);
    await finishMailRequest(transaction, id, now);
    return undefined;
  });

/** Works on the requests that jobs name; one that fails is delivered again later. */
export const workMailRequests = queueWorker(mailRequestQueue, ({ id }, context) =>
  workMailRequest(context, id),
);
