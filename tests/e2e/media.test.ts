import { chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findChromium } from '#dev/chromium.ts';
import { element, mp3, wav } from '#functions/media/testing/samples.ts';
import { type CallAnswer, call, type RunningApi, startApi } from './running-api.ts';

const SERVICE = { 'x-api-key': 'local-api-key-worthless' };
const FRAMES = 60;
const FRAME_MS = 100;

let api: RunningApi;
beforeAll(async () => {
  // The links must point to where the API really is.
  api = await startApi({ MEDIA_SWEEP_CRON: '*/1 * * * * *' });
});
afterAll(() => api.stop());

/** The link of an answer at the address of the API under test. */
const here = (url: string): string => {
  const { pathname, search } = new URL(url);
  return `${api.url}${pathname}${search}`;
};

const upload = async (type: string, bytes: Buffer, filename = 'file'): Promise<CallAnswer> => {
  const form = new FormData();
  form.append('file', new Blob([new Uint8Array(bytes)]), filename);
  const response = await fetch(`${api.url}/api/v6/media/${type}`, {
    method: 'POST',
    headers: SERVICE,
    body: form,
  });
  return { status: response.status, headers: response.headers, json: await response.json() };
};

describe('behind serverless-offline', () => {
  it('takes and gives files, whole and in parts', async () => {
    const bytes = wav(20);
    const { status, json } = await upload('lesson_audio', bytes);
    expect(status).toBe(201);
    const whole = await fetch(here(json.url));
    expect([whole.status, whole.headers.get('content-length')]).toEqual([200, String(bytes.length)]);
    expect(Buffer.from(await whole.arrayBuffer()).equals(bytes)).toBe(true);
    const part = await fetch(here(json.url), { headers: { range: 'bytes=100-199' } });
    expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 100-199/${bytes.length}`]);
    expect(Buffer.from(await part.arrayBuffer()).equals(bytes.subarray(100, 200))).toBe(true);
    const head = await fetch(here(json.url), { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length')]).toEqual([200, String(bytes.length)]);
    const same = await fetch(here(json.url), {
      headers: { 'if-none-match': whole.headers.get('etag') ?? '' },
    });
    expect([same.status, await same.text()]).toEqual([304, '']);
    const beyond = await call(here(json.url), { headers: { range: 'bytes=9999999-' } });
    expect([beyond.status, beyond.json.code]).toEqual([416, 'range_not_satisfiable']);
  });

  it('answers 413 in shape, by the limits of the types alone', async () => {
    for (const [type, size] of [
      ['word', 5_242_881],
      ['word', 7_000_000],
      ['lesson_audio', 52_428_801],
    ] as const) {
      const { status, headers, json } = await upload(type, mp3(size));
      expect([status, json.code]).toEqual([413, 'payload_too_large']);
      expect(headers.get('content-type')).toMatch(/^application\/json/);
    }
  });

  it('goes in two steps and removes what is deleted', async () => {
    const bytes = wav(1);
    const body = { mediaType: 'lesson_audio', filename: 'a.wav', size: bytes.length };
    const started = await call(`${api.url}/api/v6/media/uploads`, { method: 'POST', headers: SERVICE, body });
    expect(started.status).toBe(201);
    const { uploadUrl, headers, uploadId } = started.json;
    const sent = await fetch(here(uploadUrl), { method: 'PUT', headers, body: new Uint8Array(bytes) });
    expect(sent.status).toBe(204);
    const complete = `${api.url}/api/v6/media/uploads/${uploadId}/complete`;
    const made = await call(complete, { method: 'POST', headers: SERVICE });
    expect(made.json).toMatchObject({ contentType: 'audio/wav', size: bytes.length });
    const { id, sha256 } = made.json;
    const file = `${api.url}/api/v6/media/lesson_audio/${id}`;
    expect((await call(file, { method: 'DELETE', headers: SERVICE })).status).toBe(204);
    const rows = () =>
      api.db.selectFrom('media_objects').select('sha256').where('sha256', '=', sha256).execute();
    await expect.poll(rows, { timeout: 10_000 }).toEqual([]);
    expect((await call(complete, { method: 'POST', headers: SERVICE })).json.code).toBe('gone');
    expect((await call(`${api.url}/api/v6/media/uploads`)).status).toBe(405);
  });
});

/** One-byte-size-safe numbers of EBML. */
const number = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};

const float = (value: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return bytes;
};

/** A WebM file of VP8 key frames, one a cluster, with the cues that seeking needs. */
const webmOf = (frames: readonly Buffer[]): Buffer => {
  const header = element(
    '1a45dfa3',
    ...['4286', '42f7'].map((id) => element(id, Buffer.from([1]))),
    ...[element('42f2', Buffer.from([4])), element('42f3', Buffer.from([8]))],
    ...[
      element('4282', Buffer.from('webm')),
      element('4287', Buffer.from([2])),
      element('4285', Buffer.from([2])),
    ],
  );
  const info = element(
    '1549a966',
    element('2ad7b1', number(1_000_000)),
    element('4489', float(frames.length * FRAME_MS)),
  );
  const size = element('e0', element('b0', number(64)), element('ba', number(64)));
  const track = ['d7', '73c5', '83'].map((id) => element(id, Buffer.from([1])));
  const tracks = element('1654ae6b', element('ae', ...track, element('86', Buffer.from('V_VP8')), size));
  const clusters = frames.map((frame, index) =>
    element(
      '1f43b675',
      element('e7', number(index * FRAME_MS)),
      element('a3', Buffer.from([0x81, 0, 0, 0x80]), frame),
    ),
  );
  const cuesAt = (start: number): Buffer => {
    let position = start;
    const points = clusters.map((cluster, index) => {
      const at = element('b7', element('f7', Buffer.from([1])), element('f1', number(position)));
      position += cluster.length;
      return element('bb', element('b3', number(index * FRAME_MS)), at);
    });
    return element('1c53bb6b', ...points);
  };
  const before = info.length + tracks.length;
  const cues = cuesAt(before + cuesAt(0).length);
  return Buffer.concat([header, element('18538067', info, tracks, cues, ...clusters)]);
};

/** Frames of VP8 from the browser's own encoder, each a key frame with another picture. */
const encodeFrames = async (page: Page): Promise<Buffer[]> => {
  // Runs in the page; a text, because these types are the browser's.
  const script = `(async () => {
    const canvas = new OffscreenCanvas(64, 64);
    const context = canvas.getContext('2d');
    const chunks = [];
    const encoder = new VideoEncoder({
      output: (chunk) => { const data = new Uint8Array(chunk.byteLength); chunk.copyTo(data); chunks.push([...data]); },
      error: (error) => { throw error; },
    });
    encoder.configure({ codec: 'vp8', width: 64, height: 64 });
    for (let index = 0; index < ${FRAMES}; index++) {
      context.fillStyle = 'hsl(' + index * 6 + ' 90% 50%)';
      context.fillRect(0, 0, 64, 64);
      const frame = new VideoFrame(canvas, { timestamp: index * ${FRAME_MS} * 1000 });
      encoder.encode(frame, { keyFrame: true });
      frame.close();
    }
    await encoder.flush();
    return chunks;
  })()`;
  return (await page.evaluate<number[][]>(script)).map((data) => Buffer.from(data));
};

/** Plays a file by its link, seeks, plays on; what an element says of itself on the way. */
const play = (page: Page, tag: 'audio' | 'video', url: string, seekTo: number) =>
  page.evaluate<{
    duration: number;
    played: number;
    soughtTo: number;
    playedOn: number;
    error: string;
  }>(`(async () => {
    const media = document.createElement(${JSON.stringify(tag)});
    media.muted = true;
    document.body.append(media);
    const event = (name) => new Promise((resolve, reject) => {
      media.addEventListener(name, resolve, { once: true });
      media.addEventListener('error', () => reject(new Error(media.error.message)), { once: true });
    });
    const until = async (condition) => { while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20)); };
    media.src = ${JSON.stringify(url)};
    await event('loadedmetadata');
    await media.play();
    await until(() => media.currentTime > 0.2);
    const played = media.currentTime;
    const sought = event('seeked');
    media.currentTime = ${seekTo};
    await sought;
    const soughtTo = media.currentTime;
    await until(() => media.currentTime > ${seekTo} + 0.2);
    return { duration: media.duration, played, soughtTo, playedOn: media.currentTime, error: media.error?.message ?? '' };
  })()`);

it('plays sound and film in a browser by their links, and seeks', { timeout: 180_000 }, async () => {
  const { executablePath, env, args } = await findChromium(() => {});
  const browser = await chromium.launch({
    executablePath,
    env,
    args: [...args, '--autoplay-policy=no-user-gesture-required'],
  });
  try {
    const page = await browser.newPage();
    // A page of the same origin whose policy does not forbid media, as the one of the documents does.
    await page.goto(`${api.url}/health`);
    const ranges: string[] = [];
    page.on('response', async (response) => {
      if (!response.url().includes('/media/')) return;
      ranges.push(`${response.status()} ${(await response.allHeaders())['content-range'] ?? ''}`);
    });
    // Longer than one part, so that seeking needs another request.
    const sound = (await upload('lesson_audio', wav(60, 48_000))).json;
    const heard = await play(page, 'audio', here(sound.url), 55);
    expect(heard).toMatchObject({ duration: 60, error: '' });
    expect(Math.abs(heard.soughtTo - 55)).toBeLessThan(0.1);
    const film = webmOf(await encodeFrames(page));
    const stored = await upload('lesson_video', film);
    expect(stored.json).toMatchObject({ contentType: 'video/webm', size: film.length });
    const seen = await play(page, 'video', here(stored.json.url), 4);
    expect(seen).toMatchObject({ duration: (FRAMES * FRAME_MS) / 1_000, error: '' });
    expect(Math.abs(seen.soughtTo - 4)).toBeLessThan(0.2);
    expect(ranges.filter((range) => range.startsWith('206 bytes ')).length).toBeGreaterThanOrEqual(3);
  } finally {
    await browser.close();
  }
});
