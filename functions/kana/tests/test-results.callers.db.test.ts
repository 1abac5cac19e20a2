import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LearnerHarness, openLearnerHarness } from '../testing/learner-harness.ts';

let world: LearnerHarness;
beforeAll(async () => {
  world = await openLearnerHarness();
  await world.seedCatalogue(2);
});
afterAll(() => world.close());

const REQUEST = {
  pathParameters: { type: 'hiragana', testType: 'reading' },
  body: { results: [{ characterId: 1, passed: true }] },
};
const ask = (endpoint: string, headers: Record<string, string>) =>
  world.call(endpoint, { ...REQUEST, headers });

const FOR_USERS = ['drawKanaTest', 'saveTestResults', 'listTestHistory', 'getTestSummary'] as const;

describe.each(FOR_USERS)('%s', (endpoint) => {
  it.each([1, 2, 3] as const)('takes role %i', async (role) => {
    const { headers } = await world.createLearner(undefined, role);
    expect((await ask(endpoint, headers)).status).toBe(200);
  });

  it('takes the cookie of a browser, for writes only from our own pages', async () => {
    const { headers } = await world.createLearner();
    const cookie = `access_token=${headers.authorization.slice(7)}`;
    expect((await ask(endpoint, { cookie, 'sec-fetch-site': 'same-origin' })).status).toBe(200);
    const foreign = await ask(endpoint, { cookie });
    if (endpoint === 'saveTestResults')
      expect(foreign).toMatchObject({ status: 403, json: { code: 'csrf_rejected' } });
    else expect(foreign.status).toBe(200);
  });
});

it('nobody sees or changes what is of another', async () => {
  const owner = await world.createLearner();
  const stranger = await world.createLearner();
  await world.submit(owner, { type: 'hiragana', testType: 'reading' }, [1, 2]);
  expect((await ask('listTestHistory', stranger.headers)).json).toEqual([]);
  const { json } = await ask('getTestSummary', stranger.headers);
  expect(json.hiragana.reading).toEqual({ tested: 0, mastered: 0, total: 2 });
  await world.submit(stranger, { type: 'hiragana', testType: 'reading' }, [1]);
  expect(await world.skills(owner.userId)).toMatchObject([{ attempts: 1 }, { attempts: 1 }]);
});
