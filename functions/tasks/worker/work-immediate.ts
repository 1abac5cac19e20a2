import type { Context } from '#shared/runtime/context.ts';
import type {
  BatchItemFailure,
  BatchResult,
  QueueEvent,
  QueueRecord,
} from '#shared/runtime/queue-function.ts';
import { IMMEDIATE_QUEUE, immediateJob, parseImmediateJob } from '../immediate-jobs.ts';
import { renewLease } from '../queries/immediate-claims.ts';
import type { AttemptOutcome } from '../queries/immediate-outcomes.ts';
import { deliver, outcomeOf } from './immediate-attempt.ts';
import { type Claim, immediateBatches } from './immediate-batches.ts';
import { holdLease } from './lease.ts';
import { recordWhileHeld } from './recording.ts';

type Won = Extract<Claim, { kind: 'won' }>;

/** Performs a claimed attempt; undefined when the lease was lost, so that nothing was recorded. */
const perform = async ({ task, takenAt }: Won, context: Context): Promise<AttemptOutcome | undefined> => {
  const { db, config, log } = context;
  const seconds = config.TASK_LEASE_SECONDS;
  const renew = () => renewLease(db, task, seconds);
  const lease = holdLease({ seconds, takenAt, renew, log });
  try {
    const failure = await deliver(task, context, AbortSignal.any([lease.signal, context.signal]));
    if (lease.signal.aborted) {
      log.warn('the lease of an attempt was lost');
      return undefined;
    }
    const outcome = outcomeOf(task, failure, context);
    await recordWhileHeld(lease, () => immediateBatches(context).record(outcome));
    return outcome;
  } finally {
    lease.release();
  }
};

const announce = async ({ id, round, attempt, outcome, error, next }: AttemptOutcome, context: Context) => {
  // Only the code of the error: its detail may quote the recipient's address.
  context.log.info({ outcome, failure: error?.split(':', 1)[0] }, 'immediate task attempted');
  if (next.status !== 'Enqueued') return;
  const job = immediateJob({ id, round, attempt: attempt + 1 }, next.delayMs);
  await context.queues.add(IMMEDIATE_QUEUE, [job]);
};

const work = async (record: QueueRecord, context: Context): Promise<BatchItemFailure | undefined> => {
  const itemIdentifier = record.messageId;
  const attempt = parseImmediateJob(record.body);
  if (!attempt) return { itemIdentifier, reason: 'the job names no attempt' };
  const { id: taskId, ...rest } = attempt;
  const log = context.log.child({ taskId, ...rest });
  try {
    const claim = await immediateBatches(context).claim(attempt);
    if (claim.kind === 'early') return { itemIdentifier, retryAfterMs: claim.waitMs };
    if (claim.kind === 'nothing') return undefined;
    const outcome = await perform(claim, { ...context, log });
    if (outcome) await announce(outcome, { ...context, log });
    return undefined;
  } catch (error) {
    // The job ends all the same: the row is still open, and the tick brings it back.
    log.error({ err: error }, 'an attempt could not be claimed or recorded');
    return { itemIdentifier, reason: 'the attempt could not be claimed or recorded' };
  }
};

/** Works on the attempts that a batch of jobs names, side by side. */
export const workImmediate = async (event: QueueEvent, context: Context): Promise<BatchResult> => {
  const results = await Promise.all(event.Records.map((record) => work(record, context)));
  return { batchItemFailures: results.filter((result) => result !== undefined) };
};
