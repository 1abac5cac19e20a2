import type { Transaction } from '#shared/database/database.ts';
import { withTransaction } from '#shared/database/transaction.ts';
import type { Context, TransactionContext } from '#shared/host/context.ts';
import type { BatchItemFailure, BatchResult, QueueEvent } from '#shared/host/queue-function.ts';
import { lockAccountByEmail } from '../accounts/queries/accounts.ts';
import { recordEvents } from '../events/queries/events.ts';
import { mailLink } from './links.ts';
import { parseMailRequestJob } from './mail-requests.ts';
import { finishMailRequest, lockPendingMailRequest, type MailRequest } from './queries/mail-requests.ts';

/** A database that is away comes back; until then the job waits for it. */
const RETRY_MS = 30_000;

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
const workMailRequest = (context: Context, id: number): Promise<void> =>
  withTransaction(context.db, async (transaction) => {
    const request = await lockPendingMailRequest(transaction, id);
    if (!request) return;
    const now = context.now();
    await answerRequest(transaction, context, request, now);
    await finishMailRequest(transaction, id, now);
  });

/** Works on the requests that jobs name; one that fails is delivered again later. */
export const workMailRequests = async ({ Records }: QueueEvent, context: Context): Promise<BatchResult> => {
  const batchItemFailures: BatchItemFailure[] = [];
  for (const { messageId, body } of Records) {
    const id = parseMailRequestJob(body);
    if (id === undefined) continue;
    await workMailRequest(context, id).catch((error: unknown) => {
      context.log.error({ err: error, mailRequestId: id }, 'a request for a mail has to wait');
      batchItemFailures.push({ itemIdentifier: messageId, retryAfterMs: RETRY_MS });
    });
  }
  return { batchItemFailures };
};
