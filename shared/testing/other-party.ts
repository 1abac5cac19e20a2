import type { Kysely } from 'kysely';
import type { Database, Transaction } from '../database/database.ts';
import type { Tables } from '../database/tables.ts';

/**
 * Runs a transaction as another process would, which holds locks while the test goes on with the pool: a pool
 * that is in development and tests allows that to nobody else.
 */
export const asOtherParty = <T>(db: Database, work: (transaction: Transaction) => Promise<T>): Promise<T> =>
  (db as unknown as Kysely<Tables>)
    .transaction()
    .execute((transaction) => work(transaction as unknown as Transaction));
