import { createHash, randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SERVICE } from '#shared/testing/harness.ts';
import type { OperationRequest } from '#shared/testing/operations.ts';
import {
  formWith,
  type MediaHarness,
  openMediaHarness,
  pathOf,
  type StoreKind,
} from '../testing/media-harness.ts';
import { mp3 } from '../testing/samples.ts';
import { objectKey } from './keys.ts';

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

describe.each<StoreKind>(['filesystem', 's3'])('a direct upload on %s', (kind) => {
  let world: MediaHarness;
  let student: Record<string, string>;
  beforeAll(async () => {
    world = await openMediaHarness(kind);
    student = (await world.signIn(1)).headers;
  });
  afterAll(() => world.close());

  const rows = async () => {
    const { rows: counted } = await sql<{ media: number; objects: number }>`
      SELECT (SELECT COUNT(*) FROM media) AS media, (SELECT COUNT(*) FROM media_objects) AS objects`.execute(
      world.db,
    );
    return { media: Number(counted[0]?.media), objects: Number(counted[0]?.objects) };
  };

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
    expect(headers['location']).toBe(json.metadataUrl);
    const file = await world.call(`GET ${pathOf(json.url)}`);
    expect([file.status, file.bytes.equals(bytes)]).toEqual([200, true]);
    expect(file.headers).toMatchObject({
      'content-type': 'audio/mpeg',
      'content-length': String(bytes.length),
      'accept-ranges': 'bytes',
      etag: `"${sha256(bytes).slice(0, 32)}"`,
      'content-disposition': 'inline',
      'cache-control': 'private, max-age=21600',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "sandbox; default-src 'none'",
    });
    const metadata = await world.call(`GET ${pathOf(json.metadataUrl)}`);
    expect(metadata.status).toBe(200);
    expect(metadata.headers['cache-control']).toBe('no-store');
    const { message: _m, metadataUrl: _u, ...facts } = json;
    expect(metadata.json).toEqual({ ...facts, createdAt: expect.stringMatching(/^\d{4}-.*\.\d{3}Z$/) });
  });

  it('refuses in the order of its table', async () => {
    const before = await rows();
    const post = (type: string, request: OperationRequest) => world.call(`POST /media/${type}`, request);
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
    const send = (form: FormData) => world.call('POST /media/word', { headers: SERVICE, body: form });
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
    const broken = ['', '--x', '--x\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\nID3'];
    for (const body of broken) {
      const answer = await world.call('POST /media/word', { headers, body });
      expect([body, answer.json.code]).toEqual([body, 'malformed_request']);
    }
    const unnamed = '--x\r\ncontent-disposition: form-data; name="file"; filename=""\r\n\r\nID3\r\n--x--\r\n';
    const answer = await world.call('POST /media/word', { headers, body: unnamed });
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
      expect((await world.call(`DELETE /media/${type}/${id}`, { headers: SERVICE })).status).toBe(204);
      await world.clean();
      expect((await world.call(`GET /media/${type}/${id}`, { headers: student })).status).toBe(404);
      expect((await world.call(`GET /media/word/${ids[0].id}`, { headers: student })).status).toBe(200);
    }
    await world.call(`DELETE /media/word/${ids[0].id}`, { headers: SERVICE });
    await world.clean();
    expect(await world.keys()).not.toContain(key);
  });
});
