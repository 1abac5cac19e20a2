import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SignedInUser } from '#shared/testing/accounts.ts';
import { type LearnerHarness, openLearnerHarness } from '../testing/learner-harness.ts';

let world: LearnerHarness;
let learner: SignedInUser;
beforeAll(async () => {
  world = await openLearnerHarness();
  await world.seedCatalogue();
});
beforeEach(async () => {
  learner = await world.createLearner();
});
afterAll(() => world.close());

const history = () => world.call('listTestHistory', { headers: learner.headers });
const summary = () => world.call('getTestSummary', { headers: learner.headers });
const none = { tested: 0, mastered: 0, total: 104 };
const untested = { reading: none, writing: none, listening: none };

describe('the history', () => {
  it('is empty before the first test', async () => {
    expect(await history()).toMatchObject({ status: 200, json: [] });
  });

  it('has one item per tested character, with all six marks and the latest time', async () => {
    const row = { user_id: learner.userId, character_id: 7 } as const;
    const at = (day: number) => new Date(Date.UTC(2026, 2, day, 9, 30));
    await world.insertSkill({ ...row, character_id: 50, mark: '0.0001' });
    await world.insertSkill({ ...row, mark: '0.8400', last_tested_at: at(1) });
    await world.insertSkill({ ...row, alphabet: 'katakana', mark: '0.6000', last_tested_at: at(3) });
    await world.insertSkill({ ...row, test_type: 'listening', mark: '0.9360', last_tested_at: at(2) });
    const stranger = await world.createLearner();
    await world.insertSkill({ user_id: stranger.userId, character_id: 3, mark: '1.0000' });
    expect((await history()).json).toEqual([
      {
        characterId: 7,
        characterHiragana: 'き',
        characterKatakana: 'キ',
        hiraganaReadingResult: 0.84,
        hiraganaWritingResult: 0,
        hiraganaListeningResult: 0.936,
        katakanaReadingResult: 0.6,
        katakanaWritingResult: 0,
        katakanaListeningResult: 0,
        lastTestedAt: '2026-03-03T09:30:00.000Z',
      },
      expect.objectContaining({ characterId: 50, characterHiragana: 'げ', hiraganaReadingResult: 0.0001 }),
    ]);
  });

  it('brings every row at once: it is not paged', async () => {
    const everything = Array.from({ length: 104 }, (_, index) => index + 1);
    await world.submit(learner, { type: 'katakana', testType: 'writing' }, everything);
    const answer = await world.call('listTestHistory', { headers: learner.headers, query: 'page=x&count=0' });
    expect(answer.json.map(({ characterId }: { characterId: number }) => characterId)).toEqual(everything);
    expect(answer.headers).not.toHaveProperty('x-total-count');
    expect(answer.headers).not.toHaveProperty('link');
  });
});

describe('the summary', () => {
  it('is all zero before the first test', async () => {
    expect(await summary()).toMatchObject({ status: 200, json: { hiragana: untested, katakana: untested } });
  });

  it('counts what is tested and mastered of what can be attained', async () => {
    const row = { user_id: learner.userId } as const;
    await world.insertSkill({ ...row, character_id: 1, mark: '0.9000' });
    await world.insertSkill({ ...row, character_id: 2, mark: '0.8999' });
    await world.insertSkill({ ...row, character_id: 3, mark: '0.0000' });
    await world.insertSkill({ ...row, character_id: 1, test_type: 'listening', mark: '0.9360' });
    await world.insertSkill({ ...row, character_id: 2, test_type: 'listening', mark: '0.9360' });
    await world.insertSkill({ ...row, character_id: 2, alphabet: 'katakana', test_type: 'writing' });
    const { db } = world;
    const audio = await db
      .selectFrom('characters')
      .select('audio_media_id')
      .where('id', '=', 2)
      .executeTakeFirst();
    await db.updateTable('characters').set({ audio_media_id: null }).where('id', '=', 2).execute();
    expect((await summary()).json).toEqual({
      hiragana: {
        reading: { tested: 3, mastered: 1, total: 104 },
        writing: none,
        listening: { tested: 1, mastered: 1, total: 103 },
      },
      katakana: {
        ...untested,
        writing: { tested: 1, mastered: 0, total: 104 },
        listening: { ...none, total: 103 },
      },
    });
    await db
      .updateTable('characters')
      .set({ audio_media_id: audio?.audio_media_id ?? null })
      .where('id', '=', 2)
      .execute();
  });
});
