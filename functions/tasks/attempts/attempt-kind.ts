import type { Database } from '#shared/database/database.ts';
import type { Context } from '#shared/host/context.ts';
import type { Resources } from '#shared/host/resources.ts';
import type { Due, JobQueue } from '#shared/queue/define-queue.ts';
import type { LeaseTerms } from '../immediate/queries/claims.ts';
import type { HeldLease } from './lease.ts';

/** An attempt that a worker holds while it performs it. */
export interface HeldAttempt {
  /** Its signal also tells that the lease was lost. */
  readonly context: Context;
  readonly lease: HeldLease;
  /** Milliseconds since the claim was sent off. */
  readonly elapsedMs: () => number;
}

/** What every outcome says, whatever the item. */
export interface AnyOutcome {
  /** Absent when the attempt succeeded; begins with its code. */
  readonly error?: string;
  readonly next: { readonly status: string };
}

/** What a kind of item needs of a process. */
type KindNeeds = Pick<Resources, 'db' | 'config'>;

/** All that tells immediate tasks and runs apart for a worker; rules E2 to E7 are the same for both. */
export interface AttemptKind<
  Attempt extends { readonly id: number },
  Claimed extends Attempt,
  Outcome extends AnyOutcome,
> {
  /** For logs. */
  readonly name: string;
  readonly queue: JobQueue<Attempt>;
  /** Claims those that can be claimed; the others are missing from the result. */
  readonly claim: (
    needs: KindNeeds,
    attempts: readonly Attempt[],
    terms: LeaseTerms,
  ) => Promise<readonly Claimed[]>;
  readonly findEarly: (db: Database, attempts: readonly Attempt[]) => Promise<ReadonlyMap<number, number>>;
  /** False when the lease is no longer the caller's. */
  readonly renew: (db: Database, claimed: Claimed, seconds: number) => Promise<boolean>;
  /** Has the effects and says what to record; undefined when the lease was lost between two of them. */
  readonly perform: (claimed: Claimed, held: HeldAttempt) => Promise<Outcome | undefined>;
  /** Returns how many were recorded; the others had lost their leases. */
  readonly record: (db: Database, outcomes: readonly Outcome[]) => Promise<number>;
  /** The attempt that follows, if one does. */
  readonly following: (outcome: Outcome) => (Attempt & Due) | undefined;
}
