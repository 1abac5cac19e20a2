import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { testEnvironment } from '#shared/testing/test-resources.ts';
import { digestOfKey, objectKey } from '../files/keys.ts';
import { type MediaHarness, openMediaHarness } from '../testing/media-harness.ts';

/** `npm run test:media-crash` runs 200; here is a selection. */
const SEEDS = Number(process.env['MEDIA_CRASH_SEEDS'] ?? 12);
const FIRST = Number(process.env['MEDIA_CRASH_FIRST'] ?? 1);
const AT_ONCE = 3;
const ROUND = 12;
const LATER_MS = 27 * 3_600_000;

let world: MediaHarness;
beforeAll(async () => {
  world = await openMediaHarness('filesystem');
});
afterAll(() => world.close());

/** Runs one process until it kills itself; returns where it did. */
const crash = async (seed: number): Promise<string> => {
  const { DB_NAME, REDIS_PREFIX } = world.config;
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, '..', 'testing', 'crash-process.ts'), String(seed)],
    {
      env: testEnvironment({ DB_NAME, REDIS_PREFIX, MEDIA_BASE_PATH: world.root, DB_POOL_SIZE: '4' }),
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const [out, err, [, signal]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ]);
  if (signal !== 'SIGKILL') throw new Error(`seed ${seed} ended by itself: ${err}`);
  return out.trim();
};

const contentOf = async (key: string): Promise<string | undefined> => {
  const stored = await world.store.read(key);
  if (!stored) return undefined;
  const digest = createHash('sha256');
  for await (const chunk of stored) digest.update(chunk as Buffer);
  return digest.digest('hex');
};

/** Never a row without bytes, never a referenced object removed, whatever has just died. */
const expectBytesOfRows = async (): Promise<void> => {
  const { db } = world;
  const media = await db.selectFrom('media').select('sha256').execute();
  const objects = await db.selectFrom('media_objects').select(['sha256', 'ref_count']).execute();
  for (const sha256 of new Set(media.map((mediaFile) => mediaFile.sha256))) {
    expect(await contentOf(objectKey(sha256))).toBe(sha256);
  }
  for (const { sha256, ref_count: count } of objects) {
    expect(media.filter((mediaFile) => mediaFile.sha256 === sha256)).toHaveLength(count);
  }
};

/** Never bytes kept for ever: a sweep after all times have run out leaves what attached media need. */
const expectNothingLeftBehind = async (): Promise<void> => {
  const { db } = world;
  await world.clean(new Date(Date.now() + LATER_MS));
  const needed = await db.selectFrom('media').select('sha256').where('attached_at', 'is not', null).execute();
  const keys = await world.keys();
  expect(keys.map(digestOfKey).sort()).toEqual([...new Set(needed.map(({ sha256 }) => sha256))].sort());
  const rows = await db.selectFrom('media_objects').select('sha256').execute();
  expect(rows).toHaveLength(keys.length);
  expect(await db.selectFrom('media_uploads').select('id').execute()).toEqual([]);
};

it(`${SEEDS} processes killed at their steps from seed ${FIRST} on lose nothing and leave nothing`, {
  timeout: 600_000,
}, async () => {
  const places = new Map<string, number>();
  for (let start = FIRST; start < FIRST + SEEDS; start += ROUND) {
    const seeds = Array.from({ length: Math.min(ROUND, FIRST + SEEDS - start) }, (_, index) => start + index);
    const queue = [...seeds];
    const runner = async () => {
      for (let seed = queue.shift(); seed !== undefined; seed = queue.shift()) {
        const place = await crash(seed);
        places.set(place, (places.get(place) ?? 0) + 1);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, runner));
    await expectBytesOfRows();
    await world.clean();
    await expectBytesOfRows();
    await expectNothingLeftBehind();
    await expectBytesOfRows();
  }
  console.log(
    [...places]
      .sort()
      .map(([place, count]) => `${count} x ${place}`)
      .join('\n'),
  );
  const operations = new Set([...places.keys()].map((place) => place.split(' ')[0]));
  if (SEEDS >= 100)
    expect([...operations].sort()).toEqual(['attach', 'remove', 'sweep', 'two-step', 'upload']);
});
