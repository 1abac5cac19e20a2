import { AsyncLocalStorage } from 'node:async_hooks';

/** What a piece of work holds; what it has started and left running finds `isOpen` false later on. */
interface Holder {
  isOpen: boolean;
}

const holders = new AsyncLocalStorage<Holder>();
const guarded = new WeakSet<object>();

/** Watches over the connections of a pool: a help in development and tests, which production does without. */
export const guardHolders = (db: object): void => {
  guarded.add(db);
};

/** Runs work that holds a connection of the pool. */
export const whileHolding = async <T>(db: object, work: () => Promise<T>): Promise<T> => {
  if (!guarded.has(db)) return work();
  const holder: Holder = { isOpen: true };
  try {
    return await holders.run(holder, work);
  } finally {
    holder.isOpen = false;
  }
};

/**
 * Throws when the caller holds a connection. Whoever waits for something slow or takes a second connection
 * meanwhile keeps all others from theirs, and enough of them wait for each other for ever.
 */
export const refuseWhileHolding = (what: string): void => {
  if (!holders.getStore()?.isOpen) return;
  throw new TypeError(`${what} was asked for while a connection is held: do it before or after the commit`);
};
