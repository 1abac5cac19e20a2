import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { remove } from '#functions/media/index.ts';
import { type Database, openDatabase } from '#shared/database/database.ts';
import { withTransaction } from '#shared/database/transaction.ts';
import { openTestResources, type TestResources } from '#shared/testing/test-resources.ts';
import { seed } from '../seed/seed.ts';
import { soundOf } from '../testing/fixtures.ts';
import { openLearnerHarness } from '../testing/learner-harness.ts';
import { createCharacter, deleteCharacter, updateCharacter } from './admin-catalogue.ts';
import { currentCatalogue } from './catalogue.ts';

let world: Awaited<ReturnType<typeof openLearnerHarness>>;
let resources: TestResources;
/** What another process has: a pool of its own, and so a memory of its own. */
let otherDb: Database;
let here: Parameters<typeof updateCharacter>[0];
beforeAll(async () => {
  world = await openLearnerHarness({}, { overHttp: true });
  resources = world;
  await seed(resources.db, resources.config);
  otherDb = openDatabase({ ...resources.config, DB_POOL_SIZE: 4 });
  here = { ...resources.context(), caller: { kind: 'service' } };
});
afterAll(async () => {
  await otherDb.destroy();
  await world.close();
});

const there = () => currentCatalogue({ db: otherDb });
const characterThere = async (id: number) => (await there()).characters.find((each) => each.id === id);
const edit = (id: number, fields: object, audio?: Buffer) => {
  const file = audio && { filename: 'a.ogg', bytes: audio, sha256: '' };
  return updateCharacter(here, id, { fields, removeAudio: undefined, file });
};
beforeEach(async () => {
  // Both memories are warm: a change must get through them.
  expect((await there()).characters).toEqual((await currentCatalogue(here)).characters);
});

test('without a change everything comes from memory', async () => {
  const first = await there();
  expect(await there()).toBe(first);
  expect(await Promise.all([there(), there()])).toEqual([first, first]);
});

describe('the first look of another process shows', () => {
  test('a change', async () => {
    await edit(7, { englishReading: 'kii' });
    expect(await characterThere(7)).toMatchObject({ englishReading: 'kii' });
    await edit(7, { englishReading: 'ki' });
    expect(await characterThere(7)).toMatchObject({ englishReading: 'ki' });
  });

  test('a new character and its end', async () => {
    const rest = { englishReading: 'vu', russianReading: 'ву', set: 'voiced' } as const;
    const fields = { consonant: 'v', vowel: 'u', hiragana: 'ゔ', katakana: 'ヴ', ...rest } as const;
    const id = await withTransaction(here.db, (tx) => createCharacter(tx, here, fields, undefined));
    expect(await characterThere(id)).toMatchObject({ hiragana: 'ゔ' });
    await deleteCharacter(here, id);
    expect(await characterThere(id)).toBeUndefined();
  });

  test('two values that changed places in one transaction', async () => {
    const swap = sql`UPDATE characters SET english_reading = IF(id = 1, 'i', 'a') WHERE id IN (1, 2)`;
    await swap.execute(resources.db);
    expect(await characterThere(1)).toMatchObject({ englishReading: 'i' });
    await sql`UPDATE characters SET english_reading = IF(id = 1, 'a', 'i') WHERE id IN (1, 2)`.execute(
      resources.db,
    );
    expect(await characterThere(1)).toMatchObject({ englishReading: 'a' });
  });

  test('a new sound', async () => {
    const before = await characterThere(8);
    await edit(8, {}, await soundOf('ka'));
    const after = await characterThere(8);
    expect(after?.audioMediaId).toBeDefined();
    expect(after?.audioMediaId).not.toBe(before?.audioMediaId);
  });

  test('a sound that the media domain deleted, which no statement of ours wrote to the row', async () => {
    const { audioMediaId = '' } = (await characterThere(9)) ?? {};
    const updatedAt = () =>
      resources.db.selectFrom('characters').select('updated_at').where('id', '=', 9).executeTakeFirst();
    const before = await updatedAt();
    await withTransaction(resources.db, (tx) => remove(tx, here, audioMediaId));
    expect(await updatedAt()).toEqual(before);
    expect(await characterThere(9)).not.toHaveProperty('audioMediaId');
  });
});

test('a look that begins after a commit shows it, however many look at once', async () => {
  let committed = 0;
  let isOver = false;
  const shown = async () => Number((await characterThere(5))?.englishReading);
  await resources.db.updateTable('characters').set({ english_reading: '0' }).where('id', '=', 5).execute();
  const readers = Array.from({ length: 8 }, async () => {
    const stale: number[] = [];
    while (!isOver) {
      const floor = committed;
      if ((await shown()) < floor) stale.push(floor);
    }
    return stale;
  });
  for (let round = 1; round <= 100; round++) {
    const change = { english_reading: String(round) };
    await resources.db.updateTable('characters').set(change).where('id', '=', 5).execute();
    committed = round;
    await shown();
  }
  isOver = true;
  expect((await Promise.all(readers)).flat()).toEqual([]);
});

test('who comes while an older look is under way does not get its answer', async () => {
  const looked = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  let isHeld = false;
  const slowDb = otherDb.withPlugin({
    transformQuery: ({ node }) => node,
    transformResult: async ({ result }) => {
      if (!isHeld) return result;
      looked.resolve();
      await gate.promise;
      return result;
    },
  });
  const readingOf6 = async () => (await currentCatalogue({ db: slowDb })).characters[5]?.englishReading;
  expect(await readingOf6()).toBe('ka');
  isHeld = true;
  const older = readingOf6();
  await looked.promise;
  await edit(6, { englishReading: 'kaa' });
  const newer = readingOf6();
  gate.resolve();
  expect([await older, await newer]).toEqual(['ka', 'kaa']);
});

test('after a failure the next look succeeds', async () => {
  await sql`RENAME TABLE characters TO characters_away`.execute(resources.db);
  try {
    await expect(there()).rejects.toThrow();
  } finally {
    await sql`RENAME TABLE characters_away TO characters`.execute(resources.db);
  }
  expect((await there()).characters).toHaveLength(104);
});

test('an empty catalogue is one', async () => {
  const empty = await openTestResources();
  expect((await currentCatalogue(empty)).characters).toEqual([]);
  expect((await currentCatalogue(empty)).characters).toEqual([]);
  await empty.close();
});

test('without Redis the catalogue answers as before', async () => {
  const lonely = await openLearnerHarness({ REDIS_PORT: '1' }, { overHttp: true });
  try {
    expect((await lonely.call('GET /characters')).json).toEqual([]);
    const fields = { consonant: '', vowel: 'a', set: 'basic', hiragana: 'あ', katakana: 'ア' } as const;
    const character = { ...fields, englishReading: 'a', russianReading: 'а' };
    const context = lonely.context();
    await withTransaction(context.db, (tx) => createCharacter(tx, context, character, undefined));
    const { status, json } = await lonely.call('GET /characters');
    expect([status, json.length]).toEqual([200, 1]);
  } finally {
    await lonely.close();
  }
});
