import type { Context } from '#shared/host/context.ts';
import type { BatchResult, QueueEvent } from '#shared/host/queue-function.ts';
import { queueWorker } from '#shared/queue/queue-worker.ts';
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

  const announce = async (outcome: Outcome, context: Context): Promise<void> => {
    // Only the code of the error: its detail may quote the recipient's address.
    const failure = outcome.error?.split(':', 1)[0];
    context.log.info({ status: outcome.next.status, failure }, `${kind.name} attempted`);
    const following = kind.following(outcome);
    if (following) await kind.queue.enqueue(context, [following]);
  };

  return queueWorker(kind.queue, async (attempt, context) => {
    const batches = batchesOf(context);
    const claim = await batches.claim(attempt);
    if (claim.kind === 'early') return { retryAfterMs: claim.waitMs };
    if (claim.kind === 'nothing') return undefined;
    const outcome = await perform(kind, batches, claim, context);
    if (outcome) await announce(outcome, context);
    return undefined;
  });
};
