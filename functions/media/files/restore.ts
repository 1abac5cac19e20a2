import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { Context } from '#shared/host/context.ts';
import { objectKey } from './keys.ts';
import { listReferenced, markMissing } from './queries/objects.ts';
import { requireUsableStore } from './staging.ts';

/** Each look waits for the store; a few side by side share the waits. */
const AT_ONCE = 8;

/**
 * Puts bytes back that media refer to and that the store has lost, as when only one of database and store was emptied;
 * returns how many. Bytes that no media file refers to are left alone.
 * @throws AppError `unavailable` when the store is unavailable
 */
export const restoreBytes = async (
  context: Pick<Context, 'db' | 'storage' | 'log'>,
  files: readonly Uint8Array[],
): Promise<number> => {
  const byDigest = new Map(
    files.map((bytes) => [createHash('sha256').update(bytes).digest('hex'), bytes] as const),
  );
  const referenced = await listReferenced(context.db, [...byDigest.keys()]);
  if (referenced.length === 0) return 0;
  const store = await requireUsableStore(context);
  const waiting = referenced.values();
  let restored = 0;
  const lane = async (): Promise<void> => {
    for (const digest of waiting) {
      const bytes = byDigest.get(digest) ?? new Uint8Array();
      const key = objectKey(digest);
      if ((await store.stat(key))?.size === bytes.length) continue;
      // Put at once or not at all, and the key names its content: nobody can see anything else there.
      await store.put(key, Readable.from([bytes]));
      await markMissing(context.db, digest, null);
      restored += 1;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return restored;
};
