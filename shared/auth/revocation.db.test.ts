import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestResources, type TestResources } from '../testing/test-resources.ts';
import { markEnded, readMarks } from './revocation.ts';

let resources: TestResources;
beforeAll(async () => {
  resources = await openTestResources();
});
afterAll(() => resources.close());

const ended = async (userId: number, sessionId: number) =>
  (await readMarks(resources, { userId, role: 1, sessionId })) === 'ended';

test('the mark of a session hits that session alone, as long as an access token can live', async () => {
  await markEnded(resources, { sessionId: 10 });
  expect(await ended(1, 10)).toBe(true);
  expect(await ended(1, 9)).toBe(false);
  expect(await ended(1, 11)).toBe(false);
  const { REDIS_PREFIX: prefix, JWT_ACCESS_TOKEN_EXPIRY: lifetime } = resources.config;
  const [key = ''] = await resources.redis.keys(`${prefix}:*session*`);
  const rest = await resources.redis.pttl(key);
  expect(rest).toBeGreaterThan(lifetime - 5_000);
  expect(rest).toBeLessThanOrEqual(lifetime);
});

test('the mark of a user hits all sessions up to the highest ended, and none opened later', async () => {
  await markEnded(resources, { userId: 2, highestSessionId: 20 });
  expect(await ended(2, 1)).toBe(true);
  expect(await ended(2, 20)).toBe(true);
  expect(await ended(2, 21)).toBe(false);
  expect(await ended(3, 20)).toBe(false);
});

test('marks of a user that arrive in the wrong order do not revive a session', async () => {
  await markEnded(resources, { userId: 4, highestSessionId: 40 });
  await markEnded(resources, { userId: 4, highestSessionId: 30 });
  expect(await ended(4, 40)).toBe(true);
});
