import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SignedInUser } from '#shared/testing/accounts.ts';
import { type LearnerHarness, openLearnerHarness, type Skill } from '../testing/learner-harness.ts';

let world: LearnerHarness;
beforeAll(async () => {
  world = await openLearnerHarness();
});
afterAll(() => world.close());

const IDS = [1, 2, 3];
const SKILLS: readonly Skill[] = (['hiragana', 'katakana'] as const).flatMap((type) =>
  (['reading', 'writing', 'listening'] as const).map((testType) => ({ type, testType })),
);
const LAST: Skill = { type: 'katakana', testType: 'listening' };

/** Masters the skills; returns whether each submission asked. */
const master = async (learner: SignedInUser, skills: readonly Skill[], ids = IDS): Promise<boolean[]> => {
  const asked: boolean[] = [];
  for (const skill of skills)
    for (let pass = 0; pass < 3; pass++)
      asked.push((await world.submit(learner, skill, ids)).json.askForRepeat);
  return asked;
};

const submitLast = (learner: SignedInUser, repeat?: string, passed = true) =>
  world
    .call('saveTestResults', {
      pathParameters: { ...LAST },
      headers: learner.headers,
      body: { results: [{ characterId: 3, passed }], ...(repeat === undefined ? {} : { repeat }) },
    })
    .then(({ json }) => json.askForRepeat);

describe('askForRepeat', () => {
  it('cannot be asked for while the catalogue is empty', async () => {
    const learner = await world.createLearner();
    expect((await world.submit(learner, LAST, IDS)).status).toBe(400);
  });

  it('becomes true with the very submission that masters the last skill, and stays so', async () => {
    await world.seedCatalogue(3);
    const learner = await world.createLearner();
    const asked = await master(learner, SKILLS);
    expect(asked).toEqual([...Array(17).fill(false), true]);
    expect(await submitLast(learner)).toBe(true);
    expect(await submitLast(learner, undefined, false)).toBe(false);
  });

  it('follows the stored flag, and the one of the body for one answer', async () => {
    const silent = await world.createLearner({ alphabetRepeat: 'ignore' });
    expect(await master(silent, SKILLS)).not.toContain(true);
    expect(await submitLast(silent, 'in question')).toBe(true);
    expect(await submitLast(silent)).toBe(false);
    const asked = await world.createLearner({ alphabetRepeat: 'in question' });
    expect((await master(asked, SKILLS)).at(-1)).toBe(true);
    expect(await submitLast(asked, 'ignore')).toBe(false);
    expect(await submitLast(asked, 'repeat')).toBe(false);
    expect(await submitLast(asked, ' in question ')).toBe(true);
  });

  it('needs no listening where there is no sound, and ignores marks of it', async () => {
    const { db } = world;
    await db.updateTable('characters').set({ audio_media_id: null }).where('id', '=', 3).execute();
    const learner = await world.createLearner();
    await master(
      learner,
      SKILLS.filter(({ testType }) => testType !== 'listening'),
    );
    // The mastered mark of the silent one must not stand in for one that is missing.
    await master(learner, [LAST], [3]);
    await master(learner, [{ type: 'hiragana', testType: 'listening' }], [1, 2]);
    expect((await master(learner, [LAST], [1])).at(-1)).toBe(false);
    expect((await master(learner, [LAST], [2])).at(-1)).toBe(true);
  });

  it('is false again when a character is added', async () => {
    const learner = await world.createLearner({ alphabetRepeat: 'in question' });
    await master(learner, SKILLS);
    expect(await submitLast(learner)).toBe(true);
    await world.seedCatalogue();
    expect(await submitLast(learner)).toBe(false);
  });
});
