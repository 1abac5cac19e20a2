import { createHash, randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { SERVICE } from '#shared/testing/harness.ts';
import { type MediaHarness, openMediaHarness, pathOf, type StoreKind } from '../testing/media-harness.ts';
import { wav } from '../testing/samples.ts';
import { claimUpload } from './queries/uploads.ts';

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const HOUR_MS = 3_600_000;

describe.each<StoreKind>(['filesystem', 's3'])('a two-step upload on %s', (kind) => {
  let world: MediaHarness;
  let student: Record<string, string>;
  beforeAll(async () => {
    world = await openMediaHarness(kind);
    student = (await world.signIn(1)).headers;
  });
  afterAll(() => world.close());
  afterEach(() => world.at());

  const complete = (uploadId: string, headers: Record<string, string> = SERVICE) =>
    world.call(`POST /media/uploads/${uploadId}/complete`, { headers });

  const plan = (bytes: Buffer, more: object = {}) => ({
    mediaType: 'lesson_audio',
    filename: 'lesson.wav',
    size: bytes.length,
    ...more,
  });

  it('goes from plan to media file, once', async () => {
    const bytes = wav(1);
    const tutor = await world.signIn(2);
    const started = await world.start(plan(bytes, { sha256: sha256(bytes).toUpperCase() }), tutor.headers);
    expect(started.status).toBe(201);
    expect(started.headers['location']).toBeUndefined();
    expect(started.json).toMatchObject({
      uploadId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      method: 'PUT',
      headers: { 'Content-Type': 'application/octet-stream' },
      expiresAt: expect.stringMatching(/:\d\dZ$/),
    });
    const { uploadId } = started.json;
    expect((await complete(uploadId, tutor.headers)).json.code).toBe('upload_incomplete');
    expect((await world.sendBytes(started, Buffer.from('first'))).status).toBe(kind === 's3' ? 200 : 204);
    expect((await world.sendBytes(started, bytes)).status).toBe(kind === 's3' ? 200 : 204);
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
    expect((await world.call(`GET ${pathOf(first.json.url)}`)).bytes.equals(bytes)).toBe(true);
    expect((await world.keys()).filter((key) => !key.startsWith('objects/'))).toEqual([]);
    if (kind === 'filesystem') expect((await world.sendBytes(started, bytes)).json.code).toBe('conflict');
    await world.call(`DELETE /media/lesson_audio/${first.json.id}`, { headers: SERVICE });
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
      await world.sendBytes(started, sent);
      expect((await complete(started.json.uploadId)).json.code).toBe(code);
      expect((await complete(started.json.uploadId)).json.code).toBe('upload_incomplete');
    }
    await world.sendBytes(started, bytes);
    expect((await complete(started.json.uploadId)).status).toBe(201);
    const text = Buffer.from('this is no sound');
    const wrong = await world.start(plan(text));
    await world.sendBytes(wrong, text);
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
    await world.sendBytes(started, bytes);
    const { uploadId, expiresAt } = started.json;
    const waitPastEnd = (ms: number) => world.at(new Date(Date.parse(expiresAt) + ms));
    await waitPastEnd(1_000);
    expect((await complete(uploadId)).json.code).toBe('gone');
    expect(await world.keys()).toContain(`uploads/${uploadId}`);
    await world.clean(world.now());
    expect(await world.keys()).not.toContain(`uploads/${uploadId}`);
    expect((await complete(uploadId)).json.code).toBe('gone');
    await waitPastEnd(25 * HOUR_MS);
    expect((await complete(uploadId)).json.code).toBe('not_found');
    await world.clean(world.now());
    const left = await world.db.selectFrom('media_uploads').select('id').where('id', '=', uploadId).execute();
    expect(left).toEqual([]);
  });

  it('is completed once by many callers, and taken over from one that died', async () => {
    const bytes = wav(0.1);
    const started = await world.start(plan(bytes));
    await world.sendBytes(started, bytes);
    const { uploadId } = started.json;
    const answers = await Promise.all(Array.from({ length: 6 }, () => complete(uploadId)));
    const made = answers.filter(({ status }) => status === 201);
    expect(made.length).toBeGreaterThan(0);
    expect(new Set(made.map(({ json }) => json.id)).size).toBe(1);
    for (const { status, headers } of answers.filter((answer) => answer.status !== 201)) {
      expect([status, headers['retry-after']]).toEqual([409, '1']);
    }
    const died = await world.start(plan(bytes));
    await world.sendBytes(died, bytes);
    const now = Date.now();
    const claim = { now: new Date(now), leaseUntil: new Date(now + 60_000) };
    expect(await claimUpload(world.db, died.json.uploadId, claim)).toBe(true);
    expect((await complete(died.json.uploadId)).json.code).toBe('conflict');
    await world.at(claim.leaseUntil);
    expect((await complete(died.json.uploadId)).status).toBe(201);
  });

  it('replays its start unchanged', async () => {
    const headers = { ...SERVICE, 'idempotency-key': randomUUID() };
    const body = plan(wav(0.1));
    const first = await world.start(body, headers);
    expect((await world.start(body, headers)).json).toEqual(first.json);
    const completing = { ...SERVICE, 'idempotency-key': randomUUID() };
    await world.sendBytes(first, wav(0.1));
    const done = await complete(first.json.uploadId, completing);
    expect((await complete(first.json.uploadId, completing)).json.id).toBe(done.json.id);
    expect((await complete(randomUUID(), completing)).status).toBe(422);
  });
});
