import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openTestResources, type TestResources } from '#shared/testing/test-resources.ts';
import type { SEEDED_CHARACTERS } from './characters.ts';
import { seed, soundPath } from './seed.ts';

let root: string;
let resources: TestResources;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'japanesestudent-seed-'));
  resources = await openTestResources({ MEDIA_BASE_PATH: root });
});
afterEach(async () => {
  await resources.close();
  await rm(root, { recursive: true, force: true });
});

const run = () => seed(resources.db, resources.config);
const characters = () => resources.db.selectFrom('characters').selectAll().orderBy('id').execute();
const media = () => resources.db.selectFrom('media').selectAll().orderBy('id').execute();
const insert = (id: number, fields: Partial<(typeof SEEDED_CHARACTERS)[number]>) => {
  const base = { consonant: 'xx', vowel: 'a', hiragana: 'ゑ', katakana: 'ヱ', ...fields };
  const rest = { kana_set: 'basic', english_reading: 'we', russian_reading: 'вэ' } as const;
  const times = { created_at: new Date(), updated_at: new Date() };
  return resources.db
    .insertInto('characters')
    .values({ id, ...base, ...rest, ...times, audio_media_id: null })
    .execute();
};

test('fills an empty database with ids 1 to 104, each with its own attached sound', async () => {
  await run();
  const rows = await characters();
  expect(rows.map(({ id }) => id)).toEqual(Array.from({ length: 104 }, (_, index) => index + 1));
  expect(rows[6]).toMatchObject({
    hiragana: 'き',
    katakana: 'キ',
    consonant: 'k',
    vowel: 'i',
    kana_set: 'basic',
  });
  const stored = new Map((await media()).map((mediaFile) => [mediaFile.id, mediaFile]));
  expect(stored.size).toBe(104);
  for (const row of rows) {
    const mediaFile = stored.get(row.audio_media_id ?? '');
    expect(mediaFile).toMatchObject({
      type: 'character',
      attached_at: expect.any(Date),
      owner_user_id: null,
    });
    const { sha256 = '' } = mediaFile ?? {};
    const object = join(root, 'objects', sha256.slice(0, 2), sha256.slice(2, 4), sha256);
    expect(await readFile(object)).toEqual(await readFile(soundPath(row)));
  }
});

test('a second run changes nothing, whatever was edited', async () => {
  await run();
  await resources.db
    .updateTable('characters')
    .set({ hiragana: 'ゑ', english_reading: 'we', audio_media_id: null })
    .where('id', '=', 7)
    .execute();
  const before = [await characters(), await media()];
  await run();
  expect([await characters(), await media()]).toEqual(before);
});

test('sounds whose bytes are lost or cut short come back, and nothing else changes', async () => {
  await run();
  const before = [await characters(), await media()];
  const [lost = '', cut = ''] = (await media()).map(({ sha256 }) =>
    join(root, 'objects', sha256.slice(0, 2), sha256.slice(2, 4), sha256),
  );
  const bytes = [await readFile(lost), await readFile(cut)];
  await rm(lost);
  await writeFile(cut, bytes[1]?.subarray(0, 10) ?? '');
  await run();
  expect([await readFile(lost), await readFile(cut)]).toEqual(bytes);
  await rm(join(root, 'objects'), { recursive: true });
  await run();
  expect(await readFile(lost)).toEqual(bytes[0]);
  expect([await characters(), await media()]).toEqual(before);
});

test.each([
  ['hiragana', { hiragana: 'き' }],
  ['katakana', { katakana: 'キ' }],
  ['consonant and vowel', { consonant: 'k', vowel: 'i' }],
])('a stored %s keeps the row of き and its sound away', async (_name, fields) => {
  await insert(7, fields);
  await run();
  const rows = await characters();
  expect(rows).toHaveLength(104);
  expect(rows.filter(({ hiragana, katakana }) => hiragana === 'き' && katakana === 'キ')).toEqual([]);
  expect(await media()).toHaveLength(103);
});

test('two runs at once leave one catalogue', async () => {
  await Promise.all([run(), run()]);
  const rows = await characters();
  expect(rows.map(({ id }) => id)).toEqual(Array.from({ length: 104 }, (_, index) => index + 1));
  const attached = (await media()).filter(({ attached_at }) => attached_at !== null).map(({ id }) => id);
  expect(rows.map(({ audio_media_id }) => audio_media_id).sort()).toEqual(attached.sort());
});

test('with the store away nothing is inserted and the run fails', async () => {
  const config = { ...resources.config, LOG_LEVEL: 'silent' as const, MEDIA_BASE_PATH: '/dev/null/media' };
  await expect(seed(resources.db, config)).rejects.toMatchObject({ code: 'unavailable' });
  expect(await characters()).toEqual([]);
});
