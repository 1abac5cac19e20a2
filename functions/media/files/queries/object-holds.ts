import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { Database, Transaction } from '#shared/database/database.ts';
import { withTransaction } from '#shared/database/transaction.ts';
import type { ObjectFacts } from './objects.ts';

/** A time span that a caller has an object for. */
export interface LeaseSpan {
  readonly now: Date;
  readonly until: Date;
}

interface LockedObject {
  readonly removingUntil: Date | null;
  readonly isReferenced: boolean;
  readonly isHeld: boolean;
}

const lockObject = async (tx: Transaction, sha256: string, now: Date): Promise<LockedObject | undefined> => {
  const row = await tx
    .selectFrom('media_objects')
    .select('removing_until')
    .where('sha256', '=', sha256)
    .forUpdate()
    .executeTakeFirst();
  if (!row) return undefined;
  const mediaFile = await tx.selectFrom('media').select('id').where('sha256', '=', sha256).executeTakeFirst();
  const hold = await tx
    .selectFrom('media_object_holds')
    .select('id')
    .where('sha256', '=', sha256)
    .where('held_until', '>', now)
    .executeTakeFirst();
  return {
    removingUntil: row.removing_until,
    isReferenced: mediaFile !== undefined,
    isHeld: hold !== undefined,
  };
};

/**
 * Keeps an object from being removed until the given time, with or without a row so far, and returns the id of
 * the hold; undefined while a removal of it is under way. A removal that died is over with its lease.
 */
export const holdObject = (
  db: Database,
  { sha256, size, contentType }: ObjectFacts,
  { now, until }: LeaseSpan,
): Promise<string | undefined> =>
  withTransaction(db, async (tx) => {
    await sql`
      INSERT INTO media_objects (sha256, size, content_type, ref_count, created_at)
      VALUES (${sha256}, ${size}, ${contentType}, 0, ${now})
      ON DUPLICATE KEY UPDATE sha256 = VALUES(sha256)`.execute(tx);
    const object = await lockObject(tx, sha256, now);
    if (!object || (object.removingUntil !== null && object.removingUntil > now)) return undefined;
    if (object.removingUntil !== null) {
      await tx
        .updateTable('media_objects')
        .set({ removing_until: null })
        .where('sha256', '=', sha256)
        .execute();
    }
    const id = randomUUID();
    await tx
      .insertInto('media_object_holds')
      .values({ id, sha256, held_until: until, created_at: now })
      .execute();
    return id;
  });

/** Gives a hold up; false when it is gone already, as after the commit of a media file that used it. */
export const releaseHold = async (db: Database, id: string): Promise<boolean> => {
  const { numDeletedRows } = await db
    .deleteFrom('media_object_holds')
    .where('id', '=', id)
    .executeTakeFirst();
  return numDeletedRows > 0n;
};

/** Turns a hold into a reference; false when the hold has run out, so that the bytes may be gone. */
export const referHeldObject = async (
  tx: Transaction,
  { sha256, size, contentType }: ObjectFacts,
  hold: { readonly id: string; readonly now: Date },
): Promise<boolean> => {
  const { numAffectedRows } = await sql`
    UPDATE media_objects
    SET content_type = IF(ref_count = 0, ${contentType}, content_type),
      size = ${size}, ref_count = ref_count + 1, missing_since = NULL
    WHERE sha256 = ${sha256} AND removing_until IS NULL`.execute(tx);
  const { numDeletedRows } = await tx
    .deleteFrom('media_object_holds')
    .where('id', '=', hold.id)
    .where('held_until', '>', hold.now)
    .executeTakeFirst();
  return (numAffectedRows ?? 0n) > 0n && numDeletedRows > 0n;
};

/** Gives one caller the removal of an object that nobody needs; `later` while somebody else is at it or holds it. */
export const claimRemoval = (
  db: Database,
  sha256: string,
  { now, until }: LeaseSpan,
): Promise<'claimed' | 'needed' | 'later'> =>
  withTransaction(db, async (tx) => {
    const object = await lockObject(tx, sha256, now);
    if (!object || object.isReferenced) return 'needed';
    const isBeingRemoved = object.removingUntil !== null && object.removingUntil > now;
    if (object.isHeld || isBeingRemoved) return 'later';
    await tx
      .updateTable('media_objects')
      .set({ removing_until: until })
      .where('sha256', '=', sha256)
      .execute();
    return 'claimed';
  });

/** Forgets an object whose bytes have been removed, if the removal is still the caller's. */
export const finishRemoval = async (db: Database, sha256: string, until: Date): Promise<void> => {
  await db
    .deleteFrom('media_objects')
    .where('sha256', '=', sha256)
    .where('removing_until', '=', until)
    .execute();
};

/** Gives a removal up, so that another may try it at once. */
export const abandonRemoval = async (db: Database, sha256: string, until: Date): Promise<void> => {
  await db
    .updateTable('media_objects')
    .set({ removing_until: null })
    .where('sha256', '=', sha256)
    .where('removing_until', '=', until)
    .execute();
};
