import { z } from 'zod';
import type { Transaction } from '#shared/database/database.ts';
import { afterCommit } from '#shared/database/transaction.ts';
import type { Context, TransactionContext } from '#shared/host/context.ts';
import { rateLimited } from '#shared/http/rate-limit.ts';
import { enqueuePending } from '#shared/queue/pending.ts';
import type { Job } from '#shared/queue/queues.ts';
import { reserveAttempt } from '../limits/attempts.ts';
import {
  insertMailRequest,
  listPendingMailRequests,
  type MailRequest,
  type MailRequestKind,
} from './queries/mail-requests.ts';

/** The BullMQ queue of requests for a mail. */
const MAIL_REQUEST_QUEUE = 'mail-requests';

const schema = z.object({ id: z.int().min(1) });

/** The job of a request; its id is deterministic, so handing it over twice does nothing. */
const mailRequestJob = (id: number): Job => ({ id: `mail-request-${id}`, data: { id } });

/** Reads a job's body, or undefined when it is none of ours. */
export const parseMailRequestJob = (body: string): number | undefined => {
  try {
    return schema.safeParse(JSON.parse(body)).data?.id;
  } catch {
    return undefined;
  }
};

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
  { queues, now }: TransactionContext,
  request: MailRequest,
): Promise<void> => {
  const id = await insertMailRequest(transaction, request, now());
  afterCommit(transaction, () => queues.enqueue(MAIL_REQUEST_QUEUE, [mailRequestJob(id)]));
};

/** Hands over a job for every request that nobody has worked on; the queue ignores those that it still has. */
export const enqueueMailRequests = (context: Context): Promise<void> =>
  enqueuePending<number>(context, {
    queue: MAIL_REQUEST_QUEUE,
    list: ({ db }, limit, after = 0) => listPendingMailRequests(db, limit, after),
    job: mailRequestJob,
  });
