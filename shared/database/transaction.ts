import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from './database.ts';
import { isRetryableConflict } from './errors.ts';

const MAXIMUM_TRIES = 6;
const FIRST_PAUSE_MS = 5;

type AfterCommit = () => Promise<void>;
const waiting = new WeakMap<Database, AfterCommit[]>();

/**
 * Runs `work` in a transaction (READ COMMITTED) and, once it is committed, what {@link afterCommit} collected.
 * Inside another transaction it joins that one. A deadlock runs `work` again from its beginning, so `work`
 * must have no effect but on the database.
 */
export const withTransaction = async <T>(
  db: Database,
  work: (transaction: Database) => Promise<T>,
): Promise<T> => {
  if (db.isTransaction) return work(db);
  const { result, effects } = await commit(db, work);
  for (const effect of effects) await effect();
  return result;
};

const commit = async <T>(db: Database, work: (transaction: Database) => Promise<T>) => {
  for (let tries = 1; ; tries++) {
    const effects: AfterCommit[] = [];
    try {
      const result = await db.transaction().execute((transaction) => {
        waiting.set(transaction, effects);
        return work(transaction);
      });
      return { result, effects };
    } catch (error) {
      if (!isRetryableConflict(error) || tries === MAXIMUM_TRIES) throw error;
      await sleep(FIRST_PAUSE_MS * 2 ** tries * Math.random());
    }
  }
};

/**
 * Registers an effect that must only happen when the transaction has been committed (handing a job to the queue).
 * The effect must not throw: what it announces is already true.
 */
export const afterCommit = (transaction: Database, effect: AfterCommit): void => {
  const effects = waiting.get(transaction);
  if (!effects) throw new TypeError('afterCommit needs the transaction that withTransaction gave');
  effects.push(effect);
};
