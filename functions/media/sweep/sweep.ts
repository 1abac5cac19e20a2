import { randomUUID } from 'node:crypto';
import type { Context } from '#shared/host/context.ts';
import { mediaStore } from '#shared/storage/media-store.ts';
import type { StoredObject } from '#shared/storage/object-store.ts';
import { hexByte } from '#shared/text/escaping.ts';
import { digestOfKey, OBJECTS, TEMPORARY, UPLOADS } from '../files/keys.ts';
import { removeUnattached } from '../files/media-files.ts';
import { listUnattached } from '../files/queries/media.ts';
import {
  adoptOrphan,
  type KnownObject,
  knownDigests,
  listObjectsOf,
  markMissing,
} from '../files/queries/objects.ts';
import { deleteOldUploads, expireUploads, listLiveUploads } from '../uploads/queries/uploads.ts';
import { endSweepLease, takeSweepLease } from './queries/sweep-lease.ts';
import { removalQueue } from './removal-queue.ts';

const PAGE = 500;
const UPLOAD_REMEMBERED_MS = 24 * 3_600_000;
const ALL_DIGITS = Array.from({ length: 256 }, (_, value) => hexByte(value));

const before = ({ now }: Context, milliseconds: number): Date => new Date(now().getTime() - milliseconds);

/** Removes temporary data that nobody has touched for the grace. */
const sweepTemporary = async (context: Context): Promise<void> => {
  const store = await mediaStore(context);
  const limit = before(context, context.config.MEDIA_SWEEP_GRACE);
  for await (const { key, modifiedAt } of store.list(TEMPORARY)) {
    if (modifiedAt < limit) await store.remove(key);
  }
  await store.removeAbandoned(limit);
};

/** Closes uploads that ran out, and removes bytes that no open upload waits for. */
const sweepUploads = async (context: Context): Promise<void> => {
  const { db, now } = context;
  const store = await mediaStore(context);
  await expireUploads(db, now());
  let page: string[] = [];
  const removeDead = async (): Promise<void> => {
    const live = await listLiveUploads(db, page);
    for (const id of page) if (!live.has(id)) await store.remove(`${UPLOADS}${id}`);
    page = [];
  };
  for await (const { key } of store.list(UPLOADS)) {
    page.push(key.slice(UPLOADS.length));
    if (page.length === PAGE) await removeDead();
  }
  await removeDead();
  const forgotten = before(context, UPLOAD_REMEMBERED_MS);
  while ((await deleteOldUploads(db, forgotten, PAGE)) === PAGE);
};

/** Deletes media that no domain has taken over in time (rule 33). */
const sweepUnattached = async (context: Context): Promise<void> => {
  const createdUntil = before(context, context.config.MEDIA_ATTACH_TTL);
  const kept: string[] = [];
  let page: string[];
  do {
    page = await listUnattached(context.db, createdUntil, { limit: PAGE, skip: kept });
    for (const id of page) if ((await removeUnattached(context, id)) === 'kept') kept.push(id);
  } while (page.length === PAGE);
};

/** Gives bytes without a row the row of a due removal, so that they go under the same lock as all others. */
const adoptOrphans = async (context: Context, found: ReadonlyMap<string, StoredObject>): Promise<void> => {
  const { db, config, now } = context;
  const limit = before(context, config.MEDIA_SWEEP_GRACE);
  const old = [...found].filter(([, { modifiedAt }]) => modifiedAt < limit);
  for (let start = 0; start < old.length; start += PAGE) {
    const page = old.slice(start, start + PAGE);
    const known = await knownDigests(
      db,
      page.map(([sha256]) => sha256),
    );
    for (const [sha256, { size }] of page) {
      if (!known.has(sha256)) await adoptOrphan(db, { sha256, size }, now());
    }
  }
};

/** Marks objects whose bytes are gone, and clears the mark of those that are back. */
const checkBytes = async (
  context: Context,
  known: readonly KnownObject[],
  found: ReadonlyMap<string, StoredObject>,
): Promise<void> => {
  const { db, log, now } = context;
  for (const { sha256, size, isMarkedMissing } of known) {
    const isPresent = found.get(sha256)?.size === size;
    if (!isPresent) log.error({ sha256 }, 'the bytes of an object are missing');
    if (isPresent === isMarkedMissing) await markMissing(db, sha256, isPresent ? null : now());
  }
};

/** Compares rows and bytes, a 256th at a time. Rows are read first: their bytes were there before them. */
const compareObjects = async (context: Context): Promise<void> => {
  const store = await mediaStore(context);
  for (const digits of ALL_DIGITS) {
    const known = await listObjectsOf(context.db, digits);
    const found = new Map<string, StoredObject>();
    for await (const object of store.list(`${OBJECTS}${digits}/`)) {
      const sha256 = digestOfKey(object.key);
      if (sha256 !== undefined) found.set(sha256, object);
    }
    await adoptOrphans(context, found);
    await checkBytes(context, await stillKnown(context, { digits, known, found }), found);
  }
};

/** Without those that were given up while the store was being listed: their bytes may be gone rightly. */
const stillKnown = async (
  { db }: Context,
  {
    digits,
    known,
    found,
  }: { digits: string; known: KnownObject[]; found: ReadonlyMap<string, StoredObject> },
): Promise<KnownObject[]> => {
  if (known.every(({ sha256 }) => found.has(sha256))) return known;
  const needed = new Set((await listObjectsOf(db, digits)).map(({ sha256 }) => sha256));
  return known.filter(({ sha256 }) => needed.has(sha256));
};

const LEASE_MS = 300_000;
const RENEW_EVERY_MS = 60_000;

/** Runs work while no other run has the lease; nothing is locked meanwhile. One that died has it for a while. */
const whileAlone = async ({ db, now, log }: Context, work: () => Promise<void>): Promise<void> => {
  const token = randomUUID();
  const take = () => takeSweepLease(db, token, { now: now(), until: new Date(now().getTime() + LEASE_MS) });
  if (!(await take())) return;
  const renewing = setInterval(() => {
    take().catch((error: unknown) =>
      log.warn({ err: error }, 'the lease of the media sweeper was not renewed'),
    );
  }, RENEW_EVERY_MS);
  try {
    await work();
  } finally {
    clearInterval(renewing);
    await endSweepLease(db, token).catch(() => undefined);
  }
};

/** One run of the sweeper (rules 36 and 37); does nothing while another run is under way anywhere. */
export const sweep = async (context: Context): Promise<void> => {
  const steps = [sweepUploads, sweepTemporary, sweepUnattached, compareObjects, removalQueue.enqueuePending];
  await whileAlone(context, async () => {
    for (const step of steps) {
      // One step that fails, with the store away for instance, must not keep the others from their work.
      await step(context).catch((error: unknown) => {
        context.log.error({ err: error, step: step.name }, 'a step of the media sweeper failed');
      });
    }
  });
};
