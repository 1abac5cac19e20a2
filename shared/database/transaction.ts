import { setTimeout as sleep } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import type { Database, ReservedConnection, Transaction } from './database.ts';
import { isRetryableConflict } from './errors.ts';
import { whileHolding } from './holding.ts';
import type { Tables } from './tables.ts';

const MAXIMUM_TRIES = 6;
const FIRST_PAUSE_MS = 5;

type AfterCommit = () => Promise<void>;
const waiting = new WeakMap<Transaction, AfterCommit[]>();

/** What a committed transaction leaves to do once its connection is free again. */
export interface Committed<T> {
  readonly result: T;
  /** Runs what {@link afterCommit} collected. */
  readonly announce: () => Promise<void>;
}

const kyselyOf = (source: Database | ReservedConnection) => source as unknown as Kysely<Tables>;

const tryOnce = async <T>(
  source: Database | ReservedConnection,
  work: (transaction: Transaction) => Promise<T>,
): Promise<Committed<T>> => {
  const effects: AfterCommit[] = [];
  const result = await kyselyOf(source)
    .transaction()
    .execute((opened) => {
      const transaction = opened as unknown as Transaction;
      waiting.set(transaction, effects);
      return whileHolding(source, () => work(transaction));
    });
  const announce = async (): Promise<void> => {
    for (const effect of effects) await effect();
  };
  return { result, announce };
};

/** {@link withTransaction} on a connection that is held already; the caller announces once it has let go of it. */
export const commitOn = async <T>(
  source: Database | ReservedConnection,
  work: (transaction: Transaction) => Promise<T>,
): Promise<Committed<T>> => {
  for (let tries = 1; ; tries++) {
    try {
      return await tryOnce(source, work);
    } catch (error) {
      if (!isRetryableConflict(error) || tries === MAXIMUM_TRIES) throw error;
      await sleep(FIRST_PAUSE_MS * 2 ** tries * Math.random());
    }
  }
};

/**
 * Runs `work` in a transaction (READ COMMITTED) and, once it is committed and its connection free, what
 * {@link afterCommit} collected. A deadlock runs `work` again from its beginning, so `work` must have no effect
 * but on the database; and it waits for nothing else, as others wait for its connection and its locks.
 */
export const withTransaction = async <T>(
  db: Database,
  work: (transaction: Transaction) => Promise<T>,
): Promise<T> => {
  const { result, announce } = await commitOn(db, work);
  await announce();
  return result;
};

/** Runs `work` on one connection, for locks that belong to a session; it waits for nothing but that connection. */
export const withConnection = <T>(
  db: Database,
  work: (connection: ReservedConnection) => Promise<T>,
): Promise<T> =>
  kyselyOf(db)
    .connection()
    .execute((connection) => whileHolding(db, () => work(connection as unknown as ReservedConnection)));

/**
 * Registers an effect that must only happen when the transaction has been committed (handing a job to the queue).
 * The effect must not throw: what it announces is already true.
 */
export const afterCommit = (transaction: Transaction, effect: AfterCommit): void => {
  const effects = waiting.get(transaction);
  if (!effects) throw new TypeError('afterCommit needs the transaction that withTransaction gave');
  effects.push(effect);
};
