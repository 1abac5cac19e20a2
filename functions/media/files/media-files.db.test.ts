import { createHash, randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withTransaction } from '#shared/database/transaction.ts';
import { AppError } from '#shared/errors/app-error.ts';
import { SERVICE } from '#shared/testing/harness.ts';
import { type MediaHarness, openMediaHarness, type StoreKind } from '../testing/media-harness.ts';
import { mp3, office, wav } from '../testing/samples.ts';
import { objectKey } from './keys.ts';
import { attach, eraseOwner, exportOwner, info, remove, store as storeMedium } from './media-files.ts';

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const HOUR_MS = 3_600_000;

describe.each<StoreKind>(['filesystem', 's3'])('media on %s', (kind) => {
  let world: MediaHarness;
  let student: Record<string, string>;
  beforeAll(async () => {
    world = await openMediaHarness(kind);
    student = (await world.signIn(1)).headers;
  });
  afterAll(() => world.close());

  const later = (ms: number) => new Date(Date.now() + ms);

  describe('the module interface', () => {
    const put = (bytes: Buffer, ownerId?: number) =>
      storeMedium(world.context(), {
        type: 'lesson_audio',
        stream: Readable.from([bytes]),
        filename: 'a.wav',
        ...(ownerId === undefined ? {} : { ownerId }),
      });
    const tx = <T>(work: Parameters<typeof withTransaction<T>>[1]) => withTransaction(world.db, work);
    const codeOf = (work: Promise<unknown>) =>
      work.then(
        () => 'done',
        (error: unknown) => (error instanceof AppError ? error.code : error),
      );

    it('stores, attaches once and tells about media', async () => {
      const { userId } = await world.signIn(2);
      const bytes = wav(0.2);
      const { id } = await put(bytes, userId);
      const context = world.context();
      const take = (mediaFile: string, more: object = {}) =>
        codeOf(tx((each) => attach(each, context, mediaFile, { type: 'lesson_audio', ...more })));
      expect(await take(`${randomUUID()}.wav`)).toBe('not_found');
      expect(await take(id, { type: 'lesson_doc' })).toBe('not_found');
      expect(await take(id, { ownerId: userId + 1 })).toBe('not_found');
      expect(await take(id, { ownerId: userId })).toBe('done');
      expect(await take(id)).toBe('conflict');
      const known = await info(world.db, [id, 'unknown']);
      expect([...known]).toEqual([
        [
          id,
          { type: 'lesson_audio', contentType: 'audio/wav', size: bytes.length, createdAt: expect.any(Date) },
        ],
      ]);
      expect(await exportOwner(world.db, userId)).toMatchObject({
        files: [{ id, sha256: sha256(bytes) }],
      });
      expect(await exportOwner(world.db, userId + 1)).toEqual({});
    });

    it('refuses with typed errors and leaves nothing', async () => {
      const before = await world.keys();
      expect(await codeOf(put(Buffer.alloc(0)))).toBe('validation_failed');
      expect(await codeOf(put(Buffer.from('text')))).toBe('unsupported_media_type');
      expect(await codeOf(put(Buffer.alloc(52_428_801)))).toBe('payload_too_large');
      expect(await world.keys()).toEqual(before);
    });

    it('removes with the transaction, or not at all', async () => {
      const { id } = await put(wav(0.3));
      const context = world.context();
      const rolledBack = tx(async (each) => {
        await remove(each, context, id);
        throw new Error('rolled back');
      });
      await expect(rolledBack).rejects.toThrow('rolled back');
      await world.clean();
      expect((await world.call(`GET /media/lesson_audio/${id}`, { headers: student })).status).toBe(200);
      await tx((each) => remove(each, context, id));
      await tx((each) => remove(each, context, id));
      expect((await world.call(`GET /media/lesson_audio/${id}`, { headers: student })).status).toBe(404);
    });

    it('keeps a media file that a restricting column points to', async () => {
      const { db } = world;
      await sql`CREATE TABLE pointing (file_id VARCHAR(48) CHARACTER SET ascii COLLATE ascii_bin,
        CONSTRAINT fk_pointing FOREIGN KEY (file_id) REFERENCES media (id) ON DELETE RESTRICT)`.execute(db);
      const { json } = await world.upload('word', mp3());
      await sql`INSERT INTO pointing VALUES (${json.id})`.execute(db);
      const drop = () => world.call(`DELETE /media/word/${json.id}`, { headers: SERVICE });
      const refused = await drop();
      expect([refused.status, refused.json.code]).toEqual([409, 'media_in_use']);
      await sql`DROP TABLE pointing`.execute(db);
      expect((await drop()).status).toBe(204);
      expect((await drop()).status).toBe(404);
    });

    it('lets avatars go to NULL, and forgets the owner of what is attached', async () => {
      const { db } = world;
      const { userId, headers } = await world.signIn(2);
      const image = Buffer.from('89504e470d0a1a0a00', 'hex');
      const avatar = (await world.upload('avatar', image)).json;
      await db.updateTable('users').set({ avatar_media_id: avatar.id }).where('id', '=', userId).execute();
      await world.call(`DELETE /media/avatar/${avatar.id}`, { headers: SERVICE });
      const user = await db
        .selectFrom('users')
        .select('avatar_media_id')
        .where('id', '=', userId)
        .executeTakeFirst();
      expect(user?.avatar_media_id).toBeNull();
      const attached = await put(wav(0.15), userId);
      const loose = await put(wav(0.16), userId);
      const context = world.context();
      await tx((each) => attach(each, context, attached.id, { type: 'lesson_audio', ownerId: userId }));
      const bytes = wav(0.1);
      const started = await world.start(
        { mediaType: 'lesson_audio', filename: 'x', size: bytes.length },
        headers,
      );
      await world.sendBytes(started, bytes);
      await tx(async (each) => {
        await eraseOwner(each, context, userId);
        await each.deleteFrom('users').where('id', '=', userId).execute();
      });
      expect([...(await info(db, [attached.id, loose.id])).keys()]).toEqual([attached.id]);
      await world.clean();
      expect(await world.keys()).not.toContain(`uploads/${started.json.uploadId}`);
      const left = await db
        .selectFrom('media')
        .select('owner_user_id')
        .where('id', '=', attached.id)
        .executeTakeFirst();
      expect(left?.owner_user_id).toBeNull();
    });
  });

  describe('the sweeper', () => {
    it('deletes what nobody attached in time, and keeps what a service sent', async () => {
      const loose = await storeMedium(world.context(), {
        type: 'lesson_doc',
        stream: Readable.from([office('word/document.xml', [{ name: randomUUID() }])]),
      });
      const sent = (await world.upload('word', mp3())).json;
      await world.clean(later(11 * HOUR_MS));
      expect((await info(world.db, [loose.id])).size).toBe(1);
      await world.clean(later(13 * HOUR_MS));
      expect([...(await info(world.db, [loose.id, sent.id])).keys()]).toEqual([sent.id]);
      expect(await world.keys()).not.toContain(objectKey(loose.sha256));
    });

    it('removes temporary data and orphans after the grace, never an object with a row', async () => {
      const orphan = objectKey(sha256(Buffer.from(`orphan ${kind}`)));
      const chunks = () => Readable.from([Buffer.from(`orphan ${kind}`)]);
      await world.store.put(orphan, chunks());
      await world.store.put('tmp/left-behind', chunks());
      await world.store.put('uploads/unknown', chunks());
      const kept = objectKey((await world.upload('word', mp3())).json.sha256);
      await world.clean(later(23 * HOUR_MS));
      expect(await world.keys()).toEqual(expect.arrayContaining([kept, orphan, 'tmp/left-behind']));
      await world.clean(later(25 * HOUR_MS));
      const left = await world.keys();
      expect(left).toContain(kept);
      for (const key of [orphan, 'tmp/left-behind', 'uploads/unknown']) expect(left).not.toContain(key);
    });

    it('reports lost bytes, answers 404 for them, and recovers when they are sent again', async () => {
      const bytes = mp3();
      const { json } = await world.upload('word', bytes);
      const marked = async () => {
        const row = await world.db
          .selectFrom('media_objects')
          .select('missing_since')
          .where('sha256', '=', json.sha256)
          .executeTakeFirstOrThrow();
        return row.missing_since !== null;
      };
      await world.store.remove(objectKey(json.sha256));
      await world.clean();
      expect(await marked()).toBe(true);
      for (const method of ['GET', 'HEAD']) {
        expect((await world.call(`${method} /media/word/${json.id}`, { headers: student })).status).toBe(404);
      }
      expect((await world.call(`GET /media/${json.id}`, { headers: student })).status).toBe(200);
      await world.store.put(objectKey(json.sha256), Readable.from([bytes]));
      await world.clean();
      expect(await marked()).toBe(false);
      await world.store.remove(objectKey(json.sha256));
      expect((await world.call(`GET /media/word/${json.id}`, { headers: student })).status).toBe(404);
      expect(await marked()).toBe(true);
      await world.upload('word', bytes);
      expect(await marked()).toBe(false);
      expect((await world.call(`GET /media/word/${json.id}`, { headers: student })).bytes.equals(bytes)).toBe(
        true,
      );
    });
  });
});
