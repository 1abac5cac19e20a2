import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SEEDED_CHARACTERS } from '../seed/characters.ts';
import { seed } from '../seed/seed.ts';
import { soundOf } from '../testing/fixtures.ts';
import { type LearnerHarness, openLearnerHarness } from '../testing/learner-harness.ts';

let world: LearnerHarness;
beforeAll(async () => {
  world = await openLearnerHarness({}, { overHttp: true });
  await seed(world.db, world.config);
});
afterAll(() => world.close());

const get = (path: string, headers: Record<string, string> = {}) => world.call(`GET ${path}`, { headers });
const ids = (items: { id: number }[]) => items.map(({ id }) => id);
const readingOfKi = async (query: string) => (await get(`/characters${query}`)).json[6];

describe('GET /characters', () => {
  test('lists all 104 by ascending id, in hiragana and English', async () => {
    const { status, json, headers } = await get('/characters');
    expect(status).toBe(200);
    expect(ids(json)).toEqual(Array.from({ length: 104 }, (_, index) => index + 1));
    expect(Object.keys(json[6])).toEqual([
      'id',
      'consonant',
      'vowel',
      'character',
      'reading',
      'set',
      'audioUrl',
    ]);
    expect(json[6]).toMatchObject({
      id: 7,
      consonant: 'k',
      vowel: 'i',
      character: 'き',
      reading: 'ki',
      set: 'basic',
    });
    expect(json[45]).toMatchObject({ consonant: '', vowel: 'n', character: 'ん' });
    expect(headers['cache-control']).toBe('public, max-age=300');
    expect(headers).not.toHaveProperty('x-total-count');
    expect(headers).not.toHaveProperty('link');
  });

  test('names sounds that play', async () => {
    const { audioUrl } = (await get('/characters')).json[6];
    expect(audioUrl).toMatch(/^http:\/\/[^?]+\/api\/v6\/media\/character\/[0-9a-f-]{36}\.ogg$/);
    const { status, headers, bytes } = await get(audioUrl);
    expect([status, headers['content-type']]).toEqual([200, 'audio/ogg']);
    expect(bytes).toEqual(await soundOf('ki'));
  });

  test.each([
    ['?type=hr', 'き', 'ki'],
    ['?type=hiragana', 'き', 'ki'],
    ['?type=kt', 'キ', 'ki'],
    ['?type=katakana&locale=ru', 'キ', 'ки'],
    ['?locale=de', 'き', 'ki'],
    ['?locale=ru&unknown=1&page=0', 'き', 'ки'],
  ])('%s gives %s and %s', async (query, character, reading) => {
    expect(await readingOfKi(query)).toMatchObject({ character, reading });
  });

  test.each([
    ['basic', 1, 46],
    ['voiced', 47, 71],
    ['digraph', 72, 104],
    ['all', 1, 104],
  ])('the set %s has the ids %i to %i', async (set, from, to) => {
    const { json } = await get(`/characters?set=${set}`);
    expect([json[0].id, json.at(-1).id, json.length]).toEqual([from, to, to - from + 1]);
  });

  test.each([
    ['type=', 'type'],
    ['type=Hiragana', 'type'],
    ['type=%20hr', 'type'],
    ['locale=fr', 'locale'],
    ['locale=', 'locale'],
    ['set=everything', 'set'],
    ['set=', 'set'],
    ['set=basic&set=basic', 'set'],
  ])('?%s is refused', async (query, field) => {
    const { status, json } = await get(`/characters?${query}`);
    expect([status, json.code, json.details[0].field]).toEqual([400, 'validation_failed', field]);
  });

  test('all wrong parameters are named at once', async () => {
    const { json } = await get('/characters?type=x&locale=x&set=x');
    expect(json.details.map(({ field }: { field: string }) => field)).toEqual(['type', 'locale', 'set']);
  });

  test('a credential is not looked at', async () => {
    const { status } = await get('/characters', { authorization: 'Bearer nonsense', 'x-api-key': 'wrong' });
    expect(status).toBe(200);
  });
});

describe('GET /characters/row-column', () => {
  const row = async (query: string) =>
    (await get(`/characters/row-column?${query}`)).json
      .map((item: { character: string }) => item.character)
      .join('');

  test.each([
    ['character=n', 'なにぬねのん'],
    ['character=j&type=kt', 'ジャジュジョ'],
    ['character=i&set=voiced', 'ぎじぢびぴ'],
    ['character=k&set=digraph', ''],
  ])('%s gives %j', async (query, expected) => {
    expect(await row(query)).toBe(expected);
  });

  test.each([
    ['character=x', ['character']],
    ['character=', ['character']],
    ['character=K', ['character']],
    ['', ['character']],
    ['type=x', ['character', 'type']],
  ])('?%s is refused', async (query, fields) => {
    const { status, json } = await get(`/characters/row-column?${query}`);
    expect([status, json.code]).toEqual([400, 'validation_failed']);
    expect(json.details.map(({ field }: { field: string }) => field)).toEqual(fields);
  });
});

describe('GET /characters/{id}', () => {
  test('shows the whole character', async () => {
    const { status, json, headers } = await get('/characters/7');
    const { audioUrl, ...rest } = json;
    expect([status, rest]).toEqual([200, { id: 7, ...SEEDED_CHARACTERS[6] }]);
    expect(audioUrl).toMatch(/\.ogg$/);
    expect(headers['cache-control']).toBe('public, max-age=300');
  });

  test.each(['105', '4294967295', '4294967296', '9007199254740993', `${'9'.repeat(400)}`])(
    '%s does not exist',
    async (id) => {
      const { status, json, headers } = await get(`/characters/${id}`);
      expect([status, json.code, headers['cache-control']]).toEqual([404, 'not_found', 'no-store']);
    },
  );

  test.each(['0', '-1', '01', '1.0', '1e2', 'x', '%20'])('%s is no id', async (id) => {
    const { status, json } = await get(`/characters/${id}`);
    expect([status, json.code, json.details[0].field]).toEqual([400, 'validation_failed', 'id']);
  });
});

describe.each(['/characters', '/characters/row-column?character=k', '/characters/7'])(
  'the tag of %s',
  (path) => {
    test('is strong and answers 304 with the same two headers and no body', async () => {
      const first = await get(path);
      const etag = first.headers['etag'] ?? '';
      expect(etag).toMatch(/^"[^"]+"$/);
      for (const condition of [etag, `W/${etag}`, `"other", ${etag}`, `W/"other",W/${etag}`, '*']) {
        const again = await get(path, { 'if-none-match': condition });
        expect([again.status, again.bytes.length], condition).toEqual([304, 0]);
        expect(again.headers['etag']).toBe(etag);
        expect(again.headers['cache-control']).toBe('public, max-age=300');
      }
      const other = await get(path, { 'if-none-match': '"other"' });
      expect([other.status, other.bytes.equals(first.bytes)]).toEqual([200, true]);
    });

    test('is the same on HEAD', async () => {
      const [head, full] = [await world.call(`HEAD ${path}`), await get(path)];
      expect([head.status, head.bytes.length]).toEqual([200, 0]);
      expect(head.headers['etag']).toBe(full.headers['etag']);
    });
  },
);

test('tags differ by query and are equal where bodies are', async () => {
  const tag = async (query: string) => (await get(`/characters${query}`)).headers['etag'];
  const tags = await Promise.all(['', '?type=kt', '?locale=ru', '?set=basic'].map(tag));
  expect(new Set(tags).size).toBe(4);
  expect(await tag('?type=hiragana&set=all')).toBe(tags[0]);
});
