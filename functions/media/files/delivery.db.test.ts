import { randomBytes, randomInt } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mediaStore, probeStore } from '#shared/storage/media-store.ts';
import { SERVICE } from '#shared/testing/harness.ts';
import { type MediaHarness, openMediaHarness, pathOf, type StoreKind } from '../testing/media-harness.ts';
import { mp3, wav } from '../testing/samples.ts';

const LARGE = 10_000_000;

const lessonAudio = (size: number): Buffer => {
  const head = wav(0);
  return Buffer.concat([head, randomBytes(size - head.length)]);
};

const expectedPart = (bytes: Buffer, start: number, end: number) =>
  bytes.subarray(start, Math.min(end, start + 4_194_303, bytes.length - 1) + 1);

describe.each<[StoreKind, number]>([
  ['filesystem', 5_000],
  ['s3', 200],
])('files on %s', (kind, randomRanges) => {
  let world: MediaHarness;
  let small: Buffer;
  let large: Buffer;
  const path: Record<'small' | 'large', string> = { small: '', large: '' };
  let student: Record<string, string>;
  beforeAll(async () => {
    world = await openMediaHarness(kind);
    student = (await world.signIn(1)).headers;
    small = lessonAudio(1_000);
    large = lessonAudio(LARGE);
    for (const [name, bytes] of Object.entries({ small, large })) {
      const { json } = await world.upload('lesson_audio', bytes);
      path[name as 'small' | 'large'] = `/media/lesson_audio/${json.id}`;
    }
  });
  afterAll(() => world.close());

  const get = (name: 'small' | 'large', headers: Record<string, string>, method = 'GET') =>
    world.call(`${method} ${path[name]}`, { headers: { ...student, ...headers } });

  it.each<[string, number, string | undefined]>([
    ['bytes=0-99', 206, 'bytes 0-99/1000'],
    ['bytes=500-', 206, 'bytes 500-999/1000'],
    ['bytes=-100', 206, 'bytes 900-999/1000'],
    ['bytes=900-5000', 206, 'bytes 900-999/1000'],
    ['bytes=-5000', 206, 'bytes 0-999/1000'],
    ['bytes=0-', 206, 'bytes 0-999/1000'],
    ['bytes=0-0', 206, 'bytes 0-0/1000'],
    ['bytes=999-999', 206, 'bytes 999-999/1000'],
    ['bytes=0-9, 20-29', 206, 'bytes 0-9/1000'],
    ['bytes=2000-,5-9', 206, 'bytes 5-9/1000'],
    ['bytes=1000-', 416, 'bytes */1000'],
    ['bytes=1000-1001', 416, 'bytes */1000'],
    ['bytes=-0', 416, 'bytes */1000'],
    ['bytes=5-2', 200, undefined],
    ['bytes=', 200, undefined],
    ['bytes=a-b', 200, undefined],
    ['bytes=5-2,0-9', 200, undefined],
    ['items=0-9', 200, undefined],
  ])('Range: %s is %i %s', async (range, status, contentRange) => {
    const answer = await get('small', { range });
    expect([answer.status, answer.headers['content-range'] ?? undefined]).toEqual([status, contentRange]);
    expect(answer.headers['accept-ranges']).toBe('bytes');
    if (status === 416) {
      expect(answer.json.code).toBe('range_not_satisfiable');
      expect(answer.headers['cache-control']).toBe('no-store');
      return;
    }
    const [, start = 0, end = 999] = (/(\d+)-(\d+)/.exec(contentRange ?? '') ?? []).map(Number);
    expect(answer.bytes.equals(expectedPart(small, start, end))).toBe(true);
    expect(answer.headers['content-length']).toBe(String(answer.bytes.length));
  });

  it('cuts a part to 4 MiB, and streams the whole of a larger file', async () => {
    for (const [range, start] of [
      ['bytes=0-', 0],
      ['bytes=-5000000', 5_000_000],
    ] as const) {
      const part = await get('large', { range });
      expect([part.status, part.headers['content-range']]).toEqual([
        206,
        `bytes ${start}-${start + 4_194_303}/${LARGE}`,
      ]);
      expect(part.bytes.equals(expectedPart(large, start, LARGE))).toBe(true);
    }
    const whole = await get('large', {});
    expect([whole.status, whole.bytes.equals(large)]).toEqual([200, true]);
  });

  it('answers HEAD with the full length, whatever the range', async () => {
    const { status, headers, bytes } = await get('large', { range: 'bytes=0-9' }, 'HEAD');
    expect([status, headers['content-length'], bytes.length]).toEqual([200, String(LARGE), 0]);
    expect(headers['content-range']).toBeUndefined();
  });

  it('is exact to the byte for random ranges', { timeout: 60_000 }, async () => {
    const one = async () => {
      const length = randomInt(100) === 0 ? randomInt(1, 5_000_000) : randomInt(1, 5_000);
      const start = randomInt(LARGE);
      const suffix = randomInt(20) === 0;
      const range = suffix
        ? `bytes=-${length}`
        : `bytes=${start}-${randomInt(20) === 0 ? '' : start + length - 1}`;
      const isOpen = range.endsWith('-');
      // An open range is as long as the file allows: fetch only some of those.
      if (isOpen && start < LARGE - 50_000) return;
      const answer = await get('large', { range });
      const from = suffix ? LARGE - length : start;
      const part = expectedPart(large, from, suffix || isOpen ? LARGE : start + length - 1);
      if (answer.status !== 206 || !answer.bytes.equals(part)) throw new Error(`wrong answer to ${range}`);
      done += 1;
    };
    let done = 0;
    const workers = Array.from({ length: 4 }, async () => {
      while (done < randomRanges) await one();
    });
    await Promise.all(workers);
    expect(done).toBeGreaterThanOrEqual(randomRanges);
  });

  it('keeps or drops a range by If-Range', async () => {
    const { headers } = await get('small', {});
    const etag = headers['etag'] ?? '';
    const modified = headers['last-modified'] ?? '';
    const status = async (condition: string, range = 'bytes=0-9') =>
      (await get('small', { range, 'if-range': condition })).status;
    expect([await status(etag), await status(modified)]).toEqual([206, 206]);
    const others = [`W/${etag}`, '"other"', 'Thu, 01 Jan 2026 00:00:00 GMT', 'nonsense'];
    for (const condition of others) {
      expect(await status(condition)).toBe(200);
      expect(await status(condition, 'bytes=5000-')).toBe(200);
    }
    expect(await status(etag, 'bytes=5000-')).toBe(416);
  });

  it('honours preconditions on GET and HEAD', async () => {
    const { headers } = await get('small', {});
    const etag = headers['etag'] ?? '';
    for (const method of ['GET', 'HEAD']) {
      const fresh = await get('small', { 'if-none-match': etag, range: 'bytes=0-9' }, method);
      expect([fresh.status, fresh.bytes.length]).toEqual([304, 0]);
      expect(fresh.headers['etag']).toBe(etag);
      expect(fresh.headers['last-modified']).toBe(headers['last-modified']);
      expect(fresh.headers['cache-control']).toBe('private, max-age=21600');
      expect((await get('small', { 'if-match': '"other"' }, method)).status).toBe(412);
    }
    const failed = await get('small', { 'if-match': '"other"', range: 'bytes=5000-' });
    expect([failed.status, failed.json.code]).toEqual([412, 'precondition_failed']);
  });

  it('opens private files by link or token, and public ones to all', async () => {
    const { json } = await world.upload('word', mp3());
    const file = `/media/word/${json.id}`;
    const code = async (target: string, headers: Record<string, string> = {}) => {
      const answer = await world.call(`GET ${target}`, { headers });
      return answer.status === 200 ? 200 : answer.json.code;
    };
    expect(await code(file)).toBe('unauthenticated');
    expect(await code(file, SERVICE)).toBe('unauthenticated');
    expect(await code(file, { authorization: 'Bearer x' })).toBe('invalid_token');
    expect(await code(file, student)).toBe(200);
    expect(await code(`${file}?${world.link(json.id)}`)).toBe(200);
    expect(await code(`${file}?${world.link(json.id)}`, { authorization: 'Bearer x' })).toBe(200);
    expect(await code(`${file}?exp=1&sig=x`, student)).toBe('invalid_token');
    expect(await code(`${file}?${world.link(json.id, 1_000)}`, student)).toBe('invalid_token');
    expect(await code(`/media/${json.id}?${world.link(json.id)}`)).toBe(200);
    expect(await code(`/media/word_example/${json.id}?${world.link(json.id)}`)).toBe('not_found');
    expect(await code(`/media/character/${json.id}`)).toBe('not_found');
    expect(await code(`/media/film/${json.id}`)).toBe('not_found');
    expect(await code(`/media/${json.id.replace(/^./, 'z')}`)).toBe('unauthenticated');
    expect(await code(`/media/${json.id.replace(/^./, 'z')}`, student)).toBe('not_found');
    const kana = (await world.upload('character', mp3())).json;
    expect(kana.url).not.toContain('?');
    const open = await world.call(`GET ${pathOf(kana.url)}`, { headers: { authorization: 'Bearer x' } });
    expect([open.status, open.headers['cache-control']]).toEqual([
      200,
      'public, max-age=31536000, immutable',
    ]);
    expect(await code(`/media/${kana.id}?exp=1&sig=x`)).toBe(200);
  });

  it('answers 405 for other verbs below uploads', async () => {
    const wrong = async (method: string, target: string) => {
      const answer = await world.call(`${method} ${target}`, { headers: SERVICE });
      return [answer.status, answer.headers['allow']];
    };
    expect(await wrong('GET', '/media/uploads')).toEqual([405, 'POST, OPTIONS']);
    expect(await wrong('GET', '/media/uploads/x')).toEqual([405, 'PUT, OPTIONS']);
    expect(await wrong('DELETE', '/media/uploads/x')).toEqual([405, 'PUT, OPTIONS']);
  });

  it('refuses and streams while the store is unavailable, and recovers by itself', async () => {
    const before = (await world.upload('word', mp3())).json;
    const { storage } = world;
    const store = await mediaStore({ storage });
    const { probe } = store;
    store.probe = () => Promise.reject(new Error('away'));
    await probeStore({ storage });
    for (const answer of [
      await world.upload('word', mp3()),
      await world.start({ mediaType: 'word', filename: 'x', size: 1 }),
    ]) {
      expect([answer.status, answer.json.code, 'retry-after' in answer.headers]).toEqual([
        503,
        'unavailable',
        true,
      ]);
    }
    expect((await world.call(`GET /media/word/${before.id}`, { headers: student })).status).toBe(200);
    const ready = await world.call(`GET ${world.url}/ready`);
    expect([ready.status, ready.json.checks.media]).toEqual([503, 'down']);
    store.probe = probe;
    expect((await world.call(`GET ${world.url}/ready`)).json.checks.media).toBe('ok');
    expect((await world.upload('word', mp3())).status).toBe(201);
  });
});

describe('large files with redirects', () => {
  it('are answered with a presigned URL of the store', async () => {
    const world = await openMediaHarness('s3', {
      MEDIA_LARGE_GET: 'redirect',
      MEDIA_RATE_LIMIT_PER_MINUTE: '50',
    });
    const bytes = lessonAudio(5_000_000);
    const { json } = await world.upload('lesson_audio', bytes);
    const target = `/media/lesson_audio/${json.id}?${world.link(json.id)}`;
    const answer = await world.call(`GET ${target}`);
    expect([answer.status, answer.headers['cache-control']]).toEqual([302, 'no-store']);
    expect(answer.headers['ratelimit-policy']).toBe('"media";q=50;w=60');
    const followed = await world.call(`GET ${answer.headers['location'] ?? ''}`);
    expect(followed.headers['content-type']).toBe('audio/wav');
    expect(followed.bytes.equals(bytes)).toBe(true);
    expect((await world.call(`HEAD ${target}`)).headers['content-length']).toBe('5000000');
    expect((await world.call(`GET ${target}`, { headers: { range: 'bytes=0-9' } })).status).toBe(206);
    const sent = await world.call('PUT /media/uploads/8c1d2f34-5b6a-4c7d-8e9f-0a1b2c3d4e5f', {
      body: 'x',
    });
    expect(sent.status).toBe(404);
    await world.close();
  });
});
