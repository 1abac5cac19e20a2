import { z } from 'zod';
import { defineQueue } from '#shared/queue/define-queue.ts';
import { listDueRemovals } from '../files/queries/objects.ts';

/** All that a removal job says: which object, or the bytes of which upload. */
export type Removal = { readonly sha256: string } | { readonly uploadId: string };

/** A store that is unavailable comes back, and an upload ends; until then the job waits. */
export const REMOVAL_RETRY_MS = 30_000;

/** Bytes that may have to go. */
export const removalQueue = defineQueue<Removal, Removal>({
  name: 'media-removal',
  data: z.union([z.object({ sha256: z.string() }), z.object({ uploadId: z.string() })]),
  jobId: (removal) => ('sha256' in removal ? `object-${removal.sha256}` : `upload-${removal.uploadId}`),
  pending: async ({ db }, limit, after) => {
    const last = after && 'sha256' in after ? after.sha256 : '';
    return (await listDueRemovals(db, last, limit)).map((sha256) => ({ sha256 }));
  },
  retryAfterMs: REMOVAL_RETRY_MS,
  unreadable: 'taken-off',
});
