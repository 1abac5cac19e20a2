import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SERVICE } from '#shared/testing/harness.ts';
import { type EndpointName, type LearnerHarness, openLearnerHarness } from './testing/learner-harness.ts';

let world: LearnerHarness;
beforeAll(async () => {
  world = await openLearnerHarness({ API_KEY: SERVICE['x-api-key'] });
  await world.seedCatalogue(2);
});
afterAll(() => world.close());

const REQUEST = {
  pathParameters: { type: 'hiragana', testType: 'reading', userId: '1' },
  body: { results: [{ characterId: 1, passed: true }] },
};
const ask = (endpoint: EndpointName, headers: Record<string, string>) =>
  world.call(endpoint, { ...REQUEST, headers });
const refusal = (code: string) => ({ status: code === 'csrf_rejected' ? 403 : 401, json: { code } });

const FOR_USERS = ['drawKanaTest', 'saveTestResults', 'listTestHistory', 'getTestSummary'] as const;
const FOR_SERVICES = ['lowerMarks', 'lowerMarksByGet'] as const;

describe.each(FOR_USERS)('%s', (endpoint) => {
  it('refuses whoever has no token, a bad one, or only the key of the service', async () => {
    expect(await ask(endpoint, {})).toMatchObject(refusal('unauthenticated'));
    expect(await ask(endpoint, SERVICE)).toMatchObject(refusal('unauthenticated'));
    expect(await ask(endpoint, { authorization: 'Bearer bad' })).toMatchObject(refusal('invalid_token'));
    const { headers } = await world.createLearner();
    const cookie = `access_token=${headers.authorization.slice(7)}`;
    const both = { authorization: 'Bearer bad', cookie };
    expect(await ask(endpoint, both)).toMatchObject(refusal('invalid_token'));
  });

  it.each([1, 2, 3] as const)('takes role %i', async (role) => {
    const { headers } = await world.createLearner(undefined, role);
    expect((await ask(endpoint, headers)).status).toBe(200);
  });

  it('takes the cookie of a browser, for writes only from our own pages', async () => {
    const { headers } = await world.createLearner();
    const cookie = `access_token=${headers.authorization.slice(7)}`;
    expect((await ask(endpoint, { cookie, 'sec-fetch-site': 'same-origin' })).status).toBe(200);
    const foreign = await ask(endpoint, { cookie });
    if (endpoint === 'saveTestResults') expect(foreign).toMatchObject(refusal('csrf_rejected'));
    else expect(foreign.status).toBe(200);
  });
});

describe.each(FOR_SERVICES)('%s', (endpoint) => {
  it('refuses everybody but the service, administrators too', async () => {
    expect(await ask(endpoint, {})).toMatchObject(refusal('invalid_api_key'));
    expect(await ask(endpoint, { 'x-api-key': 'wrong' })).toMatchObject(refusal('invalid_api_key'));
    const { headers } = await world.createLearner(undefined, 3);
    expect(await ask(endpoint, headers)).toMatchObject(refusal('invalid_api_key'));
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
