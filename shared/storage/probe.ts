import { randomUUID } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import type { ObjectStore } from './object-store.ts';
import { StorageError } from './storage-error.ts';

/** Writes an object, reads it back and deletes it. @throws StorageError */
export const proveStore = async (store: Pick<ObjectStore, 'put' | 'read' | 'remove'>): Promise<void> => {
  const content = randomUUID();
  const key = `tmp/probe-${content}`;
  await store.put(
    key,
    (async function* () {
      yield Buffer.from(content);
    })(),
  );
  try {
    const stored = await store.read(key);
    if (!stored || (await buffer(stored)).toString() !== content) {
      throw new StorageError('the store does not give back what it was given');
    }
  } finally {
    await store.remove(key);
  }
};
