import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { SignedInUser } from '#shared/testing/accounts.ts';
import type { OperationRequest } from '#shared/testing/operations.ts';
import { type LearnerHarness, openLearnerHarness } from '../testing/learner-harness.ts';

let world: LearnerHarness;
let admin: SignedInUser;
beforeAll(async () => {
  world = await openLearnerHarness({}, { overHttp: true });
  admin = await world.signIn(3);
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.db.deleteFrom('characters').execute();
});

const asAdmin = (path: string, { method = 'GET', ...request }: OperationRequest = {}) =>
  world.call(`${method} /admin/characters${path}`, {
    ...request,
    headers: { ...admin.headers, ...request.headers },
  });
const KI = {
  consonant: 'k',
  vowel: 'i',
  set: 'basic',
  hiragana: 'き',
  katakana: 'キ',
  englishReading: 'ki',
  russianReading: 'ки',
};
const KYA = { ...KI, consonant: 'ky', vowel: 'a', set: 'digraph', hiragana: 'きゃ', katakana: 'キャ' };
const create = async (fields: object = KI): Promise<number> => {
  const { status, json } = await asAdmin('', { method: 'POST', body: fields });
  if (status !== 201) throw new Error(`create answered ${status}: ${JSON.stringify(json)}`);
  return json.id;
};
const patch = (id: number | string, body: unknown) => asAdmin(`/${id}`, { method: 'PATCH', body });
const show = async (id: number) => (await asAdmin(`/${id}`)).json;
const without = (field: keyof typeof KI) => {
  const { [field]: _left, ...rest } = KI;
  return rest;
};

describe('POST', () => {
  test('creates a character that both catalogues show', async () => {
    const { status, json, headers } = await asAdmin('', { method: 'POST', body: KI });
    expect([status, json.characterId, typeof json.message]).toEqual([201, json.id, 'string']);
    expect(headers['location']).toBe(`/api/v6/admin/characters/${json.id}`);
    expect(await show(json.id)).toEqual({ id: json.id, ...KI });
    expect((await asAdmin('')).json).toEqual([{ id: json.id, ...KI }]);
    expect((await world.call(`GET /characters/${json.id}`)).json).toEqual({ id: json.id, ...KI });
  });

  test('trims, composes and defaults', async () => {
    const id = await create({ ...without('consonant'), hiragana: ' か\u3099 ', removeAudio: 'ignored' });
    expect(await show(id)).toMatchObject({ consonant: '', hiragana: 'が' });
  });

  test.each([
    ['consonant', 'a'],
    ['consonant', 'kyak'],
    ['consonant', 'K'],
    ['vowel', ''],
    ['vowel', 'y'],
    ['vowel', undefined],
    ['set', 'all'],
    ['set', undefined],
    ['hiragana', 'キ'],
    ['hiragana', 'きゃき'],
    ['hiragana', ''],
    ['hiragana', 'あ\u3099'],
    ['hiragana', undefined],
    ['katakana', 'き'],
    ['katakana', 'キー'],
    ['katakana', 'ｷ'],
    ['katakana', undefined],
    ['englishReading', 'Ki'],
    ['englishReading', 'kikiki'],
    ['englishReading', undefined],
    ['russianReading', 'ki'],
    ['russianReading', 'Ки'],
    ['russianReading', undefined],
    ['russianReading', 7],
  ])('%s %j is refused', async (field, value) => {
    const { status, json } = await asAdmin('', { method: 'POST', body: { ...KI, [field]: value } });
    expect([status, json.code]).toEqual([400, 'validation_failed']);
    expect(json.details.map((issue: { field: string }) => issue.field)).toEqual([field]);
  });

  test.each([
    ['consonant', 'n'],
    ['consonant', 'kyz'],
    ['vowel', 'n'],
    ['hiragana', 'ゔ'],
    ['hiragana', 'ぁゖ'],
    ['katakana', 'ヺ'],
    ['katakana', 'ァヺ'],
    ['englishReading', 'shshi'],
    ['russianReading', 'ёйцук'],
  ] as const)('%s %j is accepted', async (field, value) => {
    expect(await show(await create({ ...KI, [field]: value }))).toMatchObject({ [field]: value });
  });

  test.each([
    ['consonant_vowel_taken', 'consonant', { consonant: 'k', vowel: 'i' }],
    ['hiragana_taken', 'hiragana', { hiragana: 'き' }],
    ['katakana_taken', 'katakana', { katakana: 'キ' }],
    ['consonant_vowel_taken', 'consonant', { consonant: 'k', vowel: 'i', hiragana: 'き', katakana: 'キ' }],
    ['hiragana_taken', 'hiragana', { hiragana: 'き', katakana: 'キ' }],
  ])('answers %s', async (code, field, taken) => {
    await create();
    const { status, json } = await asAdmin('', { method: 'POST', body: { ...KYA, ...taken } });
    expect([status, json.code]).toEqual([409, code]);
    expect(json.details).toEqual([expect.objectContaining({ field, code })]);
    expect((await asAdmin('')).json).toHaveLength(1);
  });

  test('of two at once one wins', async () => {
    const both = [1, 2].map(() => asAdmin('', { method: 'POST', body: KI }));
    const statuses = (await Promise.all(both)).map(({ status }) => status);
    expect(statuses.sort()).toEqual([201, 409]);
  });

  test('with an idempotency key creates once', async () => {
    const headers = { 'idempotency-key': 'create-ki' };
    const first = await asAdmin('', { method: 'POST', body: KI, headers });
    const again = await asAdmin('', { method: 'POST', body: KI, headers });
    expect([first.status, again.status, again.json]).toEqual([201, 201, first.json]);
    expect(again.headers['location']).toBe(first.headers['location']);
    const other = await asAdmin('', { method: 'POST', body: KYA, headers });
    expect([other.status, other.json.code]).toEqual([422, 'idempotency_key_reused']);
    const bad = await asAdmin('', { method: 'POST', body: KYA, headers: { 'idempotency-key': '' } });
    expect([bad.status, bad.json.details[0].field]).toEqual([400, 'Idempotency-Key']);
  });

  test('a body that is no JSON object, or of another type', async () => {
    const json = { 'content-type': 'application/json' };
    const call = async (body: string, headers: Record<string, string>) => {
      const answer = await asAdmin('', { method: 'POST', body, headers });
      return [answer.status, answer.json.code];
    };
    expect(await call('{', json)).toEqual([400, 'malformed_request']);
    expect(await call('[]', json)).toEqual([400, 'malformed_request']);
    expect(await call('vowel=i', { 'content-type': 'text/plain' })).toEqual([415, 'unsupported_media_type']);
  });
});

describe('PATCH', () => {
  test('changes what is given and nothing else', async () => {
    const id = await create();
    expect((await patch(id, { englishReading: 'kii', consonant: '' })).status).toBe(204);
    expect(await show(id)).toEqual({ id, ...KI, englishReading: 'kii', consonant: '' });
  });

  test('its own values are fine, and so is saving what is there', async () => {
    const id = await create();
    expect((await patch(id, KI)).status).toBe(204);
    expect((await patch(id, { removeAudio: false })).status).toBe(204);
    expect((await patch(id, { removeAudio: true })).status).toBe(204);
    expect(await show(id)).toEqual({ id, ...KI });
  });

  test.each([
    [{}, ''],
    [{ audio: 'x', page: 1 }, ''],
    [{ vowel: null }, ''],
    [{ vowel: 'x' }, 'vowel'],
    [{ consonant: 'e' }, 'consonant'],
    [{ removeAudio: 'true' }, 'removeAudio'],
  ])('%j is refused', async (body, field) => {
    const { status, json } = await patch(await create(), body);
    expect([status, json.code, json.details[0].field]).toEqual([400, 'validation_failed', field]);
  });

  test.each([
    ['consonant_vowel_taken', 'consonant', KI],
    ['consonant_vowel_taken', 'consonant', { consonant: 'k', vowel: 'i' }],
    ['hiragana_taken', 'hiragana', { hiragana: 'き', katakana: 'キ' }],
    ['katakana_taken', 'katakana', { katakana: 'キ' }],
  ])('answers %s and changes nothing', async (code, field, taken) => {
    await create();
    const id = await create(KYA);
    const { status, json } = await patch(id, { ...taken, englishReading: 'new' });
    expect([status, json.code, json.details[0].field]).toEqual([409, code, field]);
    expect(await show(id)).toEqual({ id, ...KYA });
  });

  test('leaves marks alone', async () => {
    const id = await create();
    const { userId } = await world.signIn(1);
    const skill = { user_id: userId, character_id: id, alphabet: 'hiragana', test_type: 'reading' } as const;
    const result = { mark: '0.6000', attempts: 1, correct: 1, last_answer: null, last_tested_at: new Date() };
    await world.db
      .insertInto('kana_skills')
      .values({ ...skill, ...result })
      .execute();
    await patch(id, { hiragana: 'ぎ' });
    const rows = await world.db.selectFrom('kana_skills').selectAll().execute();
    expect(rows).toMatchObject([{ character_id: id, mark: '0.6000' }]);
  });
});

describe('DELETE', () => {
  test('removes the character and all skills in it', async () => {
    const [id, other] = [await create(), await create(KYA)];
    const { userId } = await world.signIn(1);
    const result = { mark: 1, attempts: 1, correct: 1, last_answer: null, last_tested_at: new Date() };
    for (const character_id of [id, other]) {
      const skill = { user_id: userId, character_id, alphabet: 'katakana', test_type: 'writing' } as const;
      await world.db
        .insertInto('kana_skills')
        .values({ ...skill, ...result })
        .execute();
    }
    expect((await asAdmin(`/${id}`, { method: 'DELETE' })).status).toBe(204);
    expect((await asAdmin(`/${id}`)).status).toBe(404);
    const rows = await world.db.selectFrom('kana_skills').selectAll().execute();
    expect(rows.map(({ character_id }) => character_id)).toEqual([other]);
    expect((await asAdmin(`/${id}`, { method: 'DELETE' })).status).toBe(404);
  });
});

describe.each([
  ['GET', undefined],
  ['PATCH', { vowel: 'a' }],
  ['DELETE', undefined],
])('%s', (method, body) => {
  test.each([
    ['999999', 404, 'not_found'],
    ['99999999999999999999', 404, 'not_found'],
    ['0', 400, 'validation_failed'],
    ['x', 400, 'validation_failed'],
  ])('of the id %s', async (id, status, code) => {
    const answer = await asAdmin(`/${id}`, { method, ...(body ? { body } : {}) });
    expect([answer.status, answer.json.code]).toEqual([status, code]);
  });
});
