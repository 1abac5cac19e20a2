import { createHash, randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withTransaction } from '#shared/database/transaction.ts';
import { AppError } from '#shared/errors/app-error.ts';
import { objectKey } from './keys.ts';
import { attach, eraseOwner, exportOwner, info, remove, store as storeMedium } from './media.ts';
import {
  formWith,
  type MediaWorld,
  openMediaWorld,
  pathOf,
  SERVICE,
  type StoreKind,
} from './testing/media-world.ts';
import { mp3, office, wav } from './testing/samples.ts';

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const HOUR_MS = 3_600_000;

describe.each<StoreKind>(['filesystem', 's3'])('media on %s', (kind) => {
  let world: MediaWorld;
  let student: Record<string, string>;
  beforeAll(async () => {
    world = await openMediaWorld(kind);
    student = (await world.signIn(1)).headers;
  });
  afterAll(() => world.close());

  const rows = async () => {
    const { rows: counted } = await sql<{ media: number; objects: number }>`
      SELECT (SELECT COUNT(*) FROM media) AS media, (SELECT COUNT(*) FROM media_objects) AS objects`.execute(
      world.resources.db,
    );
    return { media: Number(counted[0]?.media), objects: Number(counted[0]?.objects) };
  };
  const later = (ms: number) => new Date(Date.now() + ms);
  const deliverBytes = async (
    answer: { json: { uploadUrl: string; headers: Record<string, string> } },
    body: Buffer,
  ) => {
    const { uploadUrl, headers } = answer.json;
    const target = kind === 's3' ? uploadUrl : pathOf(uploadUrl);
    return world.call(target, { method: 'PUT', headers, body: new Uint8Array(body) });
  };
  const complete = (uploadId: string, headers: Record<string, string> = SERVICE) =>
    world.call(`/media/uploads/${uploadId}/complete`, { method: 'POST', headers });

  describe('a direct upload', () => {
    it('answers links that open the file and its metadata', async () => {
      const bytes = mp3();
      const { status, json, headers } = await world.upload('word', bytes, 'neko.wav');
      expect(status).toBe(201);
      expect(json).toEqual({
        id: expect.stringMatching(/^[0-9a-f-]{36}\.mp3$/),
        message: 'Media stored',
        type: 'word',
        contentType: 'audio/mpeg',
        size: bytes.length,
        sha256: sha256(bytes),
        url: expect.stringContaining(`/api/v6/media/word/${json.id}?exp=`),
        metadataUrl: expect.stringContaining(`/api/v6/media/${json.id}?exp=`),
      });
      expect(headers.get('location')).toBe(json.metadataUrl);
      const file = await world.call(pathOf(json.url));
      expect([file.status, file.bytes.equals(bytes)]).toEqual([200, true]);
      expect(Object.fromEntries(file.headers)).toMatchObject({
        'content-type': 'audio/mpeg',
        'content-length': String(bytes.length),
        'accept-ranges': 'bytes',
        etag: `"${sha256(bytes).slice(0, 32)}"`,
        'content-disposition': 'inline',
        'cache-control': 'private, max-age=21600',
        'x-content-type-options': 'nosniff',
        'content-security-policy': "sandbox; default-src 'none'",
      });
      const metadata = await world.call(pathOf(json.metadataUrl));
      expect(metadata.status).toBe(200);
      expect(metadata.headers.get('cache-control')).toBe('no-store');
      const { message: _m, metadataUrl: _u, ...facts } = json;
      expect(metadata.json).toEqual({ ...facts, createdAt: expect.stringMatching(/^\d{4}-.*\.\d{3}Z$/) });
    });

    it('refuses in the order of its table', async () => {
      const before = await rows();
      const post = (type: string, init: RequestInit) =>
        world.call(`/media/${type}`, { method: 'POST', ...init });
      const keyless = await post('nothing', { body: formWith(mp3()) });
      expect([keyless.status, keyless.json.code]).toEqual([401, 'invalid_api_key']);
      const json = await post('nothing', {
        headers: { ...SERVICE, 'content-type': 'application/json' },
        body: '{}',
      });
      expect([json.status, json.json.code]).toEqual([415, 'unsupported_media_type']);
      const unknown = await post('nothing', { headers: SERVICE, body: formWith(mp3()) });
      expect(unknown.json).toMatchObject({ code: 'validation_failed', details: [{ field: 'mediaType' }] });
      const large = await post('word', { body: formWith(Buffer.alloc(5_242_880 + 65_537)) });
      expect([large.status, large.json.code]).toEqual([413, 'payload_too_large']);
      const wrong = await world.upload('word', Buffer.from('only text'));
      expect([wrong.status, wrong.json.code]).toEqual([415, 'unsupported_media_type']);
      expect(await rows()).toEqual(before);
      expect((await world.keys()).filter((key) => !key.startsWith('objects/'))).toEqual([]);
    });

    it('takes a file of exactly the limit and not a byte more', async () => {
      const exact = mp3(5_242_880);
      expect((await world.upload('word', exact)).json).toMatchObject({
        size: 5_242_880,
        sha256: sha256(exact),
      });
      const more = await world.upload('word', mp3(5_242_881));
      expect([more.status, more.json.code]).toEqual([413, 'payload_too_large']);
      expect((await world.keys()).filter((key) => key.startsWith('tmp/'))).toEqual([]);
    });

    it('wants exactly one file with a name and content, and ignores other parts up to 64 KiB', async () => {
      const send = (form: FormData) =>
        world.call('/media/word', { method: 'POST', headers: SERVICE, body: form });
      const two = formWith(mp3());
      two.append('file', new Blob(['x']), 'second.mp3');
      const nameless = new FormData();
      nameless.append('file', 'text');
      for (const form of [formWith(mp3(), 'a.mp3', 'other'), formWith(Buffer.alloc(0)), two, nameless]) {
        expect((await send(form)).json).toMatchObject({
          code: 'validation_failed',
          details: [{ field: 'file' }],
        });
      }
      const extra = formWith(mp3());
      extra.append('note', 'x'.repeat(60_000));
      extra.append('second', new Blob(['y'.repeat(5_000)]), 'y');
      expect((await send(extra)).status).toBe(201);
      extra.append('more', 'x'.repeat(10_000));
      expect((await send(extra)).json.code).toBe('payload_too_large');
      const headers = { ...SERVICE, 'content-type': 'multipart/form-data; boundary=x' };
      const broken = [
        '',
        '--x',
        '--x\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\nID3',
      ];
      for (const body of broken) {
        const answer = await world.call('/media/word', { method: 'POST', headers, body });
        expect([body, answer.json.code]).toEqual([body, 'malformed_request']);
      }
      const unnamed =
        '--x\r\ncontent-disposition: form-data; name="file"; filename=""\r\n\r\nID3\r\n--x--\r\n';
      const answer = await world.call('/media/word', { method: 'POST', headers, body: unnamed });
      expect(answer.json).toMatchObject({ code: 'validation_failed', details: [{ field: 'file' }] });
      expect((await world.keys()).filter((key) => key.startsWith('tmp/'))).toEqual([]);
    });

    it('is performed once for an Idempotency-Key', async () => {
      const bytes = mp3();
      const key = { 'idempotency-key': randomUUID() };
      const first = await world.upload('word', bytes, 'a.mp3', key);
      const again = await world.upload('word', bytes, 'renamed.mp3', key);
      expect([again.status, again.json.id]).toEqual([201, first.json.id]);
      const other = await world.upload('word', mp3(), 'a.mp3', key);
      expect([other.status, other.json.code]).toEqual([422, 'idempotency_key_reused']);
      expect((await world.upload('word_example', bytes, 'a.mp3', key)).status).toBe(422);
    });

    it('keeps equal bytes once, and leaves the others intact when one of them is deleted', async () => {
      const bytes = mp3();
      const ids = await Promise.all(
        ['word', 'word', 'word_example', 'character'].map(
          async (type) => (await world.upload(type, bytes)).json,
        ),
      );
      const key = objectKey(sha256(bytes));
      const stored = await world.keys();
      expect(stored.filter((each) => each === key)).toHaveLength(1);
      for (const { type, id } of ids.slice(1)) {
        expect(
          (await world.call(`/media/${type}/${id}`, { method: 'DELETE', headers: SERVICE })).status,
        ).toBe(204);
        await world.clean();
        expect((await world.call(`/media/${type}/${id}`, { headers: student })).status).toBe(404);
        expect((await world.call(`/media/word/${ids[0].id}`, { headers: student })).status).toBe(200);
      }
      await world.call(`/media/word/${ids[0].id}`, { method: 'DELETE', headers: SERVICE });
      await world.clean();
      expect(await world.keys()).not.toContain(key);
    });
  });

  describe('a two-step upload', () => {
    const plan = (bytes: Buffer, more: object = {}) => ({
      mediaType: 'lesson_audio',
      filename: 'lesson.wav',
      size: bytes.length,
      ...more,
    });

    it('goes from plan to medium, once', async () => {
      const bytes = wav(1);
      const tutor = await world.signIn(2);
      const started = await world.start(plan(bytes, { sha256: sha256(bytes).toUpperCase() }), tutor.headers);
      expect(started.status).toBe(201);
      expect(started.headers.get('location')).toBeNull();
      expect(started.json).toMatchObject({
        uploadId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        method: 'PUT',
        headers: { 'Content-Type': 'application/octet-stream' },
        expiresAt: expect.stringMatching(/:\d\dZ$/),
      });
      const { uploadId } = started.json;
      expect((await complete(uploadId, tutor.headers)).json.code).toBe('upload_incomplete');
      expect((await deliverBytes(started, Buffer.from('first'))).status).toBe(kind === 's3' ? 200 : 204);
      expect((await deliverBytes(started, bytes)).status).toBe(kind === 's3' ? 200 : 204);
      for (const headers of [SERVICE, (await world.signIn(2)).headers]) {
        expect((await complete(uploadId, headers)).status).toBe(404);
      }
      const first = await complete(uploadId, tutor.headers);
      expect(first.json).toMatchObject({
        type: 'lesson_audio',
        contentType: 'audio/wav',
        sha256: sha256(bytes),
      });
      const again = await complete(uploadId, tutor.headers);
      expect([again.status, again.json.id]).toEqual([201, first.json.id]);
      expect((await world.call(pathOf(first.json.url))).bytes.equals(bytes)).toBe(true);
      expect((await world.keys()).filter((key) => !key.startsWith('objects/'))).toEqual([]);
      if (kind === 'filesystem') expect((await deliverBytes(started, bytes)).json.code).toBe('conflict');
      await world.call(`/media/lesson_audio/${first.json.id}`, { method: 'DELETE', headers: SERVICE });
      expect((await complete(uploadId, tutor.headers)).json.code).toBe('gone');
    });

    it('refuses other bytes than announced, drops them and stays open', async () => {
      const bytes = wav(0.1);
      const started = await world.start(plan(bytes, { sha256: sha256(bytes) }));
      const attempts: [Buffer, string][] = [
        [bytes.subarray(1), 'size_mismatch'],
        [Buffer.alloc(bytes.length, 'x'), 'digest_mismatch'],
      ];
      for (const [sent, code] of attempts) {
        await deliverBytes(started, sent);
        expect((await complete(started.json.uploadId)).json.code).toBe(code);
        expect((await complete(started.json.uploadId)).json.code).toBe('upload_incomplete');
      }
      await deliverBytes(started, bytes);
      expect((await complete(started.json.uploadId)).status).toBe(201);
      const text = Buffer.from('this is no sound');
      const wrong = await world.start(plan(text));
      await deliverBytes(wrong, text);
      expect((await complete(wrong.json.uploadId)).json.code).toBe('unsupported_media_type');
    });

    it('asks who calls, what for and how much', async () => {
      const bytes = wav(0.1);
      const tutor = (await world.signIn(2)).headers;
      const admin = (await world.signIn(3)).headers;
      const code = async (body: object, headers: Record<string, string>) => {
        const { status, json } = await world.start(body, headers);
        return status === 201 ? 201 : json.code;
      };
      expect(await code(plan(bytes), {})).toBe('unauthenticated');
      expect(await code(plan(bytes), { 'x-api-key': 'wrong', ...tutor })).toBe('invalid_api_key');
      expect(await code(plan(bytes), { authorization: 'Bearer x' })).toBe('invalid_token');
      expect(await code(plan(bytes), student)).toBe('forbidden');
      expect(await code(plan(bytes), admin)).toBe(201);
      expect(await code(plan(bytes, { mediaType: 'word' }), tutor)).toBe('forbidden');
      expect(await code(plan(bytes, { mediaType: 'word' }), SERVICE)).toBe(201);
      expect(await code(plan(bytes, { mediaType: 'word', size: 1e12 }), tutor)).toBe('forbidden');
      expect(await code(plan(bytes, { size: 52_428_800 }), tutor)).toBe(201);
      expect(await code(plan(bytes, { size: 52_428_801 }), tutor)).toBe('payload_too_large');
      const { json } = await world.start({ mediaType: 'film', filename: '', size: 0, sha256: 'x' }, tutor);
      expect(json.details.map(({ field }: { field: string }) => field)).toEqual([
        'mediaType',
        'filename',
        'size',
        'sha256',
      ]);
    });

    it('ends: 410 when it is late, 404 a day later, and its bytes are removed', async () => {
      const bytes = wav(0.1);
      const started = await world.start(plan(bytes));
      await deliverBytes(started, bytes);
      const { db } = world.resources;
      const { uploadId } = started.json;
      const age = (ms: number) =>
        db
          .updateTable('media_uploads')
          .set({ expires_at: later(-ms) })
          .where('id', '=', uploadId)
          .execute();
      await age(1_000);
      expect((await complete(uploadId)).json.code).toBe('gone');
      expect(await world.keys()).toContain(`uploads/${uploadId}`);
      await world.clean();
      expect(await world.keys()).not.toContain(`uploads/${uploadId}`);
      expect((await complete(uploadId)).json.code).toBe('gone');
      await age(25 * HOUR_MS);
      expect((await complete(uploadId)).json.code).toBe('not_found');
      await world.clean();
      const left = await db.selectFrom('media_uploads').select('id').where('id', '=', uploadId).execute();
      expect(left).toEqual([]);
    });

    it('is completed once by many callers, and taken over from one that died', async () => {
      const bytes = wav(0.1);
      const started = await world.start(plan(bytes));
      await deliverBytes(started, bytes);
      const { uploadId } = started.json;
      const answers = await Promise.all(Array.from({ length: 6 }, () => complete(uploadId)));
      const made = answers.filter(({ status }) => status === 201);
      expect(made.length).toBeGreaterThan(0);
      expect(new Set(made.map(({ json }) => json.id)).size).toBe(1);
      for (const { status, headers } of answers.filter((answer) => answer.status !== 201)) {
        expect([status, headers.get('retry-after')]).toEqual([409, '1']);
      }
      const died = await world.start(plan(bytes));
      await deliverBytes(died, bytes);
      const { db } = world.resources;
      const lease = (until: Date) =>
        db
          .updateTable('media_uploads')
          .set({ status: 'completing', lease_until: until })
          .where('id', '=', died.json.uploadId)
          .execute();
      await lease(later(60_000));
      expect((await complete(died.json.uploadId)).json.code).toBe('conflict');
      await lease(later(-1));
      expect((await complete(died.json.uploadId)).status).toBe(201);
    });

    it('replays its start unchanged', async () => {
      const headers = { ...SERVICE, 'idempotency-key': randomUUID() };
      const body = plan(wav(0.1));
      const first = await world.start(body, headers);
      expect((await world.start(body, headers)).json).toEqual(first.json);
      const completing = { ...SERVICE, 'idempotency-key': randomUUID() };
      await deliverBytes(first, wav(0.1));
      const done = await complete(first.json.uploadId, completing);
      expect((await complete(first.json.uploadId, completing)).json.id).toBe(done.json.id);
      expect((await complete(randomUUID(), completing)).status).toBe(422);
    });
  });

  describe('the module interface', () => {
    const put = (bytes: Buffer, ownerId?: number) =>
      storeMedium(world.resources.context(), {
        type: 'lesson_audio',
        stream: Readable.from([bytes]),
        filename: 'a.wav',
        ...(ownerId === undefined ? {} : { ownerId }),
      });
    const tx = <T>(work: Parameters<typeof withTransaction<T>>[1]) =>
      withTransaction(world.resources.db, work);
    const codeOf = (work: Promise<unknown>) =>
      work.then(
        () => 'done',
        (error: unknown) => (error instanceof AppError ? error.code : error),
      );

    it('stores, attaches once and tells about media', async () => {
      const { userId } = await world.signIn(2);
      const bytes = wav(0.2);
      const { id } = await put(bytes, userId);
      const context = world.resources.context();
      const take = (medium: string, more: object = {}) =>
        codeOf(tx((each) => attach(each, context, medium, { type: 'lesson_audio', ...more })));
      expect(await take(`${randomUUID()}.wav`)).toBe('not_found');
      expect(await take(id, { type: 'lesson_doc' })).toBe('not_found');
      expect(await take(id, { ownerId: userId + 1 })).toBe('not_found');
      expect(await take(id, { ownerId: userId })).toBe('done');
      expect(await take(id)).toBe('conflict');
      const known = await info(world.resources.db, [id, 'unknown']);
      expect([...known]).toEqual([
        [
          id,
          { type: 'lesson_audio', contentType: 'audio/wav', size: bytes.length, createdAt: expect.any(Date) },
        ],
      ]);
      expect(await exportOwner(world.resources.db, userId)).toMatchObject({
        files: [{ id, sha256: sha256(bytes) }],
      });
      expect(await exportOwner(world.resources.db, userId + 1)).toEqual({});
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
      const context = world.resources.context();
      const rolledBack = tx(async (each) => {
        await remove(each, context, id);
        throw new Error('rolled back');
      });
      await expect(rolledBack).rejects.toThrow('rolled back');
      await world.clean();
      expect((await world.call(`/media/lesson_audio/${id}`, { headers: student })).status).toBe(200);
      await tx((each) => remove(each, context, id));
      await tx((each) => remove(each, context, id));
      expect((await world.call(`/media/lesson_audio/${id}`, { headers: student })).status).toBe(404);
    });

    it('keeps a medium that a restricting column points to', async () => {
      const { db } = world.resources;
      await sql`CREATE TABLE pointing (file_id VARCHAR(48) CHARACTER SET ascii COLLATE ascii_bin,
        CONSTRAINT fk_pointing FOREIGN KEY (file_id) REFERENCES media (id) ON DELETE RESTRICT)`.execute(db);
      const { json } = await world.upload('word', mp3());
      await sql`INSERT INTO pointing VALUES (${json.id})`.execute(db);
      const drop = () => world.call(`/media/word/${json.id}`, { method: 'DELETE', headers: SERVICE });
      const refused = await drop();
      expect([refused.status, refused.json.code]).toEqual([409, 'media_in_use']);
      await sql`DROP TABLE pointing`.execute(db);
      expect((await drop()).status).toBe(204);
      expect((await drop()).status).toBe(404);
    });

    it('lets avatars go to NULL, and forgets the owner of what is attached', async () => {
      const { db } = world.resources;
      const { userId, headers } = await world.signIn(2);
      const image = Buffer.from('89504e470d0a1a0a00', 'hex');
      const avatar = (await world.upload('avatar', image)).json;
      await db.updateTable('users').set({ avatar_media_id: avatar.id }).where('id', '=', userId).execute();
      await world.call(`/media/avatar/${avatar.id}`, { method: 'DELETE', headers: SERVICE });
      const user = await db
        .selectFrom('users')
        .select('avatar_media_id')
        .where('id', '=', userId)
        .executeTakeFirst();
      expect(user?.avatar_media_id).toBeNull();
      const attached = await put(wav(0.15), userId);
      const loose = await put(wav(0.16), userId);
      const context = world.resources.context();
      await tx((each) => attach(each, context, attached.id, { type: 'lesson_audio', ownerId: userId }));
      const bytes = wav(0.1);
      const started = await world.start(
        { mediaType: 'lesson_audio', filename: 'x', size: bytes.length },
        headers,
      );
      await deliverBytes(started, bytes);
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
      const loose = await storeMedium(world.resources.context(), {
        type: 'lesson_doc',
        stream: Readable.from([office('word/document.xml', [{ name: randomUUID() }])]),
      });
      const sent = (await world.upload('word', mp3())).json;
      await world.clean(later(11 * HOUR_MS));
      expect((await info(world.resources.db, [loose.id])).size).toBe(1);
      await world.clean(later(13 * HOUR_MS));
      expect([...(await info(world.resources.db, [loose.id, sent.id])).keys()]).toEqual([sent.id]);
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
        const row = await world.resources.db
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
        expect((await world.call(`/media/word/${json.id}`, { method, headers: student })).status).toBe(404);
      }
      expect((await world.call(`/media/${json.id}`, { headers: student })).status).toBe(200);
      await world.store.put(objectKey(json.sha256), Readable.from([bytes]));
      await world.clean();
      expect(await marked()).toBe(false);
      await world.store.remove(objectKey(json.sha256));
      expect((await world.call(`/media/word/${json.id}`, { headers: student })).status).toBe(404);
      expect(await marked()).toBe(true);
      await world.upload('word', bytes);
      expect(await marked()).toBe(false);
      expect((await world.call(`/media/word/${json.id}`, { headers: student })).bytes.equals(bytes)).toBe(
        true,
      );
    });
  });
});
