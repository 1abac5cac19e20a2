import { readdir, rename, rm, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { probeStore } from '#shared/storage/media-store.ts';
import type { SignedInUser } from '#shared/testing/accounts.ts';
import { SERVICE } from '#shared/testing/harness.ts';
import type { OperationRequest } from '#shared/testing/operations.ts';
import { formOf, soundOf } from '../testing/fixtures.ts';
import { type LearnerHarness, openLearnerHarness } from '../testing/learner-harness.ts';

let world: LearnerHarness;
let admin: SignedInUser['headers'];
let ki: Buffer;
let ka: Buffer;
beforeAll(async () => {
  world = await openLearnerHarness({}, { overHttp: true });
  admin = (await world.signIn(3)).headers;
  [ki, ka] = [await soundOf('ki'), await soundOf('ka')];
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.db.deleteFrom('characters').execute();
  await world.db.deleteFrom('media').execute();
  await world.db.deleteFrom('media_objects').execute();
});

const asAdmin = (path: string, { method = 'GET', ...request }: OperationRequest) =>
  world.call(`${method} /admin/characters${path}`, { ...request, headers: { ...admin, ...request.headers } });
const KI = {
  consonant: 'k',
  vowel: 'i',
  set: 'basic',
  hiragana: 'き',
  katakana: 'キ',
  englishReading: 'ki',
  russianReading: 'ки',
};
const audio = (bytes: Uint8Array, filename = 'sound.ogg') => ({ bytes, filename });
const create = (form: FormData, headers: Record<string, string> = {}) =>
  asAdmin('', { method: 'POST', body: form, headers });
const createWithSound = async (): Promise<{ id: number; url: string }> => {
  const { json } = await create(formOf(KI, audio(ki)));
  return { id: json.id, url: (await asAdmin(`/${json.id}`, {})).json.audio };
};
const patch = (id: number, form: FormData) => asAdmin(`/${id}`, { method: 'PATCH', body: form });
const urlOf = async (id: number): Promise<string | undefined> =>
  (await world.call(`GET /characters/${id}`)).json.audioUrl;
const media = () => world.db.selectFrom('media').select(['id', 'type', 'attached_at']).execute();
const dueRemovals = () =>
  world.db.selectFrom('media_objects').select('sha256').where('ref_count', '=', 0).execute();

describe('a sound given with a new character', () => {
  test('plays for everybody', async () => {
    const { id, url } = await createWithSound();
    const { status, headers, bytes } = await world.call(`GET ${url}`);
    expect([status, headers['content-type'], bytes.equals(ki)]).toEqual([200, 'audio/ogg', true]);
    expect(await urlOf(id)).toBe(url);
    const [item] = (await world.call('GET /characters')).json;
    expect(item.audioUrl).toBe(url);
    expect(await media()).toMatchObject([{ type: 'character', attached_at: expect.any(Date) }]);
  });

  test('an empty text field counts as absent', async () => {
    const { status, json } = await create(formOf({ ...KI, consonant: '' }, audio(ki)));
    expect(status).toBe(201);
    expect((await world.call(`GET /characters/${json.id}`)).json.consonant).toBe('');
  });

  test('a part without file name counts as absent', async () => {
    const nameless = new FormData();
    for (const [name, text] of Object.entries({ ...KI, audio: 'no file' })) nameless.append(name, text);
    const { status, json } = await create(nameless);
    expect([status, await urlOf(json.id), await media()]).toEqual([201, undefined, []]);
    await world.db.deleteFrom('characters').execute();
    const blank = await create(formOf(KI, audio(new Uint8Array(), '')));
    expect([blank.status, await media()]).toEqual([201, []]);
  });

  test.each([
    ['an empty file', () => Buffer.alloc(0), 400, 'validation_failed'],
    ['a picture', () => Buffer.from('89504e470d0a1a0a0000', 'hex'), 415, 'unsupported_media_type'],
    ['a text', () => Buffer.from('no sound at all'), 415, 'unsupported_media_type'],
    ['too much', () => Buffer.alloc(5_242_881, 'a'), 413, 'payload_too_large'],
  ])('%s is refused', async (_name, bytes, status, code) => {
    const answer = await create(formOf(KI, audio(bytes(), 'x.ogg')));
    expect([answer.status, answer.json.code]).toEqual([status, code]);
    if (status === 400) expect(answer.json.details[0].field).toBe('audio');
    expect((await asAdmin('', {})).json).toEqual([]);
    expect(await media()).toEqual([]);
  });

  test('a file of exactly the limit is accepted', async () => {
    const largest = Buffer.concat([ki, Buffer.alloc(5_242_880 - ki.length)]);
    expect((await create(formOf(KI, audio(largest)))).status).toBe(201);
  });

  test('is not attached when the character is refused', async () => {
    await create(formOf(KI));
    const { status, json } = await create(formOf(KI, audio(ki)));
    expect([status, json.code]).toEqual([409, 'consonant_vowel_taken']);
    expect(await media()).toMatchObject([{ attached_at: null }]);
  });

  test('is stored once for an idempotency key', async () => {
    const headers = { 'idempotency-key': 'with-sound' };
    const first = await create(formOf(KI, audio(ki)), headers);
    const again = await create(formOf(KI, audio(ki)), headers);
    expect([again.status, again.json]).toEqual([201, first.json]);
    expect(await media()).toHaveLength(1);
    const other = await create(formOf(KI, audio(ka)), headers);
    expect([other.status, other.json.code]).toEqual([422, 'idempotency_key_reused']);
  });
});

describe('a sound given to a character', () => {
  test('replaces the old one, whose address is gone at once', async () => {
    const { id, url } = await createWithSound();
    expect((await patch(id, formOf({}, audio(ka)))).status).toBe(204);
    const replaced = (await urlOf(id)) ?? '';
    expect(replaced).not.toBe(url);
    expect((await world.call(`GET ${replaced}`)).bytes.equals(ka)).toBe(true);
    expect((await world.call(`GET ${url}`)).status).toBe(404);
    expect(await dueRemovals()).toHaveLength(1);
    expect(await media()).toHaveLength(1);
  });

  test('the same bytes again are a new address', async () => {
    const { id, url } = await createWithSound();
    await patch(id, formOf({}, audio(ki)));
    const replaced = (await urlOf(id)) ?? '';
    expect([replaced === url, (await world.call(`GET ${replaced}`)).status]).toEqual([false, 200]);
    expect(await dueRemovals()).toEqual([]);
  });

  test('stays as it was when the edit is refused', async () => {
    const { id, url } = await createWithSound();
    await create(formOf({ ...KI, consonant: 'ky', vowel: 'a', hiragana: 'きゃ', katakana: 'キャ' }));
    const { status, json } = await patch(id, formOf({ hiragana: 'きゃ' }, audio(ka)));
    expect([status, json.code]).toEqual([409, 'hiragana_taken']);
    expect(await urlOf(id)).toBe(url);
    expect((await world.call(`GET ${url}`)).bytes.equals(ki)).toBe(true);
    expect((await media()).filter(({ attached_at }) => attached_at === null)).toHaveLength(1);
  });

  test('is taken away by removeAudio, in JSON and in multipart', async () => {
    for (const request of [{ body: { removeAudio: true } }, { body: formOf({ removeAudio: 'true' }) }]) {
      const { id, url } = await createWithSound();
      expect((await asAdmin(`/${id}`, { method: 'PATCH', ...request })).status).toBe(204);
      expect([await urlOf(id), (await world.call(`GET ${url}`)).status, await media()]).toEqual([
        undefined,
        404,
        [],
      ]);
      await asAdmin(`/${id}`, { method: 'DELETE' });
    }
  });

  test('cannot be given and taken away at once', async () => {
    const { id, url } = await createWithSound();
    const { status, json } = await patch(id, formOf({ removeAudio: 'true' }, audio(ka)));
    expect([status, json.details[0].field]).toEqual([400, 'removeAudio']);
    expect((await patch(id, formOf({ removeAudio: 'false' }, audio(ki)))).status).toBe(204);
    expect(await urlOf(id)).not.toBe(url);
  });

  test('of nothing but a part without file name the request holds nothing', async () => {
    const { id } = await createWithSound();
    const { status, json } = await patch(id, formOf({}, audio(ki, '')));
    expect([status, json.code]).toEqual([400, 'validation_failed']);
  });

  test('of an unknown character is not stored', async () => {
    expect((await patch(999_999, formOf({}, audio(ki)))).status).toBe(404);
    expect(await media()).toEqual([]);
  });
});

test('of several sounds given at once one stays, the others are gone', async () => {
  const { id } = await createWithSound();
  const sounds = await Promise.all(['a', 'i', 'u', 'e', 'o'].map(soundOf));
  const answers = await Promise.all(sounds.map((bytes) => patch(id, formOf({}, audio(bytes)))));
  expect(answers.map(({ status }) => status)).toEqual(sounds.map(() => 204));
  const last = await world.call(`GET ${(await urlOf(id)) ?? ''}`);
  expect(sounds.some((bytes) => bytes.equals(last.bytes))).toBe(true);
  expect(await media()).toMatchObject([{ attached_at: expect.any(Date) }]);
});

test('a new sound and the media service deleting the old one meet in either sequence', async () => {
  for (let round = 0; round < 5; round++) {
    const { id, url } = await createWithSound();
    const [edited, deleted] = await Promise.all([
      patch(id, formOf({}, audio(ka))),
      world.call(`DELETE ${url}`, { headers: SERVICE }),
    ]);
    expect(edited.status).toBe(204);
    expect([204, 404]).toContain(deleted.status);
    expect((await world.call(`GET ${(await urlOf(id)) ?? ''}`)).bytes.equals(ka)).toBe(true);
    expect(await media()).toHaveLength(1);
    await asAdmin(`/${id}`, { method: 'DELETE' });
  }
});

test('goes with its character', async () => {
  const { id, url } = await createWithSound();
  await asAdmin(`/${id}`, { method: 'DELETE' });
  expect([(await world.call(`GET ${url}`)).status, await media(), (await dueRemovals()).length]).toEqual([
    404,
    [],
    1,
  ]);
});

test('deleted by the media service leaves its character without one (R19)', async () => {
  const { id, url } = await createWithSound();
  expect(await urlOf(id)).toBe(url);
  expect((await world.call(`DELETE ${url}`, { headers: SERVICE })).status).toBe(204);
  expect(await urlOf(id)).toBeUndefined();
  expect((await world.call('GET /characters')).json[0]).not.toHaveProperty('audioUrl');
  expect((await asAdmin(`/${id}`, {})).json).not.toHaveProperty('audio');
  expect((await patch(id, formOf({ removeAudio: 'true' }))).status).toBe(204);
});

test('cannot be given while the store is unavailable, and everything else can', async () => {
  const { id, url } = await createWithSound();
  const { storage, config } = world;
  const root = config.MEDIA_BASE_PATH;
  const away = `${root}-away`;
  await rename(root, away);
  // A file where the root should be: the store can neither be read nor made again.
  await writeFile(root, '');
  try {
    expect(await probeStore({ storage })).toBe(false);
    const { status, json, headers } = await patch(id, formOf({}, audio(ka)));
    expect([status, json.code, 'retry-after' in headers]).toEqual([503, 'unavailable', true]);
    expect((await patch(id, formOf({ englishReading: 'kii' }))).status).toBe(204);
    expect(await urlOf(id)).toBe(url);
  } finally {
    await rm(root);
    await rename(away, root);
    expect(await probeStore({ storage })).toBe(true);
  }
  expect((await world.call(`GET ${url}`)).bytes.equals(ki)).toBe(true);
  expect(await readdir(`${root}/tmp`)).toEqual([]);
});
