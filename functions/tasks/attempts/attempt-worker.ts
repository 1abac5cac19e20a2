import type { Context } from '#shared/host/context.ts';
import type { BatchItemFailure, BatchResult, QueueEvent, QueueRecord } from '#shared/host/queue-function.ts';
import { type AttemptBatches, attemptBatches, type Claim } from './attempt-batches.ts';
import type { AnyOutcome, AttemptKind } from './attempt-kind.ts';
import { holdLease } from './lease.ts';
import { recordWhileHeld } from './recording.ts';

type Won<Claimed> = Extract<Claim<Claimed>, { kind: 'won' }>;

/** Performs a claimed attempt; undefined when the lease was lost, so that nothing was recorded. */
const perform = async <
  Attempt extends { readonly id: number },
  Claimed extends Attempt,
  Outcome extends AnyOutcome,
>(
  kind: AttemptKind<Attempt, Claimed, Outcome>,
  batches: AttemptBatches<Attempt, Claimed, Outcome>,
  { item, takenAt }: Won<Claimed>,
  context: Context,
): Promise<Outcome | undefined> => {
  const { db, config, log } = context;
  const seconds = config.TASK_LEASE_SECONDS;
  const lease = holdLease({ seconds, takenAt, renew: () => kind.renew(db, item, seconds), log });
  try {
    const signal = AbortSignal.any([lease.signal, context.signal]);
    const elapsedMs = () => performance.now() - takenAt;
    const outcome = await kind.perform(item, { context: { ...context, signal }, lease, elapsedMs });
    if (lease.signal.aborted || !outcome) {
      log.warn('the lease of an attempt was lost');
      return undefined;
    }
    await recordWhileHeld(lease, () => batches.record(outcome));
    return outcome;
  } finally {
    lease.release();
  }
};

/** Makes the worker of one kind of item: it works on the attempts that a batch of jobs names, side by side. */
export const attemptWorker = <
  Attempt extends { readonly id: number },
  Claimed extends Attempt,
  Outcome extends AnyOutcome,
>(
  kind: AttemptKind<Attempt, Claimed, Outcome>,
): ((event: QueueEvent, context: Context) => Promise<BatchResult>) => {
  const batchesOf = attemptBatches(kind);

  const announce = async (outcome: Outcome, { log, queues }: Context): Promise<void> => {
    // Only the code of the error: its detail may quote the recipient's address.
    const failure = outcome.error?.split(':', 1)[0];
    log.info({ status: outcome.next.status, failure }, `${kind.name} attempted`);
    const following = kind.following(outcome);
    if (following) await queues.enqueue(kind.queue, [kind.job(following.attempt, following.delayMs)]);
  };

  const work = async (record: QueueRecord, context: Context): Promise<BatchItemFailure | undefined> => {
    const itemIdentifier = record.messageId;
    const attempt = kind.parse(record.body);
    if (!attempt) return { itemIdentifier, reason: 'the job names no attempt' };
    const log = context.log.child({ jobId: kind.job(attempt).id });
    const batches = batchesOf(context);
    try {
      const claim = await batches.claim(attempt);
      if (claim.kind === 'early') return { itemIdentifier, retryAfterMs: claim.waitMs };
      if (claim.kind === 'nothing') return undefined;
      const outcome = await perform(kind, batches, claim, { ...context, log });
      if (outcome) await announce(outcome, { ...context, log });
      return undefined;
    } catch (error) {
      // The job ends all the same: the row is still open, and the tick brings it back.
      log.error({ err: error }, 'an attempt could not be claimed or recorded');
      return { itemIdentifier, reason: 'the attempt could not be claimed or recorded' };
    }
  };

  return async (event, context) => {
    const results = await Promise.all(event.Records.map((record) => work(record, context)));
    return { batchItemFailures: results.filter((result) => result !== undefined) };
  };
};
