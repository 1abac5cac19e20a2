import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadContracts } from '#shared/openapi/document.ts';
import { type KeyedHarness, openKeyedHarness } from './keyed-harness.ts';
import { newPerson, type Recipe, receivedUpload, recipesIn } from './keyed-requests.ts';

const keyed = (await loadContracts()).filter(({ contract }) => contract.idempotent);
const BASE = '/api/v6';

let world: KeyedHarness;
let recipes: Readonly<Record<string, Recipe>>;
let usualMs: number;

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
const readings = async (count: number): Promise<number[]> => {
  const taken: number[] = [];
  for (let reading = 0; reading < count; reading++) taken.push(await world.readProfile());
  return taken;
};
const withKey = (headers: Readonly<Record<string, string>> = {}) => ({
  ...headers,
  'idempotency-key': randomUUID(),
});

beforeAll(async () => {
  world = await openKeyedHarness({ DB_ACQUIRE_TIMEOUT: '2s' });
  recipes = await recipesIn(world);
  await readings(10);
  usualMs = median(await readings(20));
});
afterAll(() => world.close());

/** After any overload the process answers normally within a second. */
const expectNormal = async (): Promise<void> => {
  const startedAt = performance.now();
  expect((await world.send('GET', '/ready')).json).toMatchObject({ status: 'ok' });
  await world.readProfile();
  expect(performance.now() - startedAt).toBeLessThan(1_000);
  // The tests' machine does other work, too: of several readings the usual one counts.
  expect(median(await readings(7))).toBeLessThan(usualMs * 4 + 20);
};

describe.each(keyed)('$method $path with four times as many keys as connections', ({ method, path }) => {
  test('answers, and leaves nobody without a connection', { timeout: 60_000 }, async () => {
    const recipe = recipes[path.slice(BASE.length)];
    if (!recipe) throw new Error(`${method} ${path} takes keys: say in keyed-requests.ts how to call it`);
    const calls = Array.from({ length: 4 * world.config.DB_POOL_SIZE }, async (_, index) => {
      const { path: at = path.slice(BASE.length), headers, ...request } = recipe(index);
      return world.send(method, at, { ...request, headers: withKey(headers) });
    });
    const statuses = (await Promise.all(calls)).map(({ status }) => status);
    expect(statuses.some((status) => status < 300)).toBe(true);
    // Where all wait for one row on a slow machine the last may hear that it is busy, and nothing worse.
    expect(statuses.filter((status) => status >= 500 && status !== 503)).toEqual([]);
    await expectNormal();
  });
});

test('parallel completions of as many uploads all succeed', { timeout: 60_000 }, async () => {
  const uploads: string[] = [];
  for (let made = 0; made < 4 * world.config.DB_POOL_SIZE; made++) uploads.push(await receivedUpload(world));
  const answers = await Promise.all(
    uploads.map((id) =>
      world.send('POST', `/media/uploads/${id}/complete`, { headers: withKey(world.callers.service) }),
    ),
  );
  expect(answers.map(({ status }) => status)).toEqual(uploads.map(() => 201));
  await expectNormal();
});

test('a profile waits no longer beside keyed registrations than beside others', {
  timeout: 60_000,
}, async () => {
  const slow = await openKeyedHarness({ PASSWORD_BCRYPT_COST: '9', PASSWORD_HASH_WORKERS: '1' });
  /** The usual wait for the profile while people register. */
  const waitBeside = async (headers: () => Readonly<Record<string, string>>): Promise<number> => {
    let isOver = false;
    const registering = Promise.all(
      Array.from({ length: 24 }, () =>
        slow.send('POST', '/auth/register', { headers: headers(), body: newPerson() }),
      ),
    ).finally(() => {
      isOver = true;
    });
    const waits: number[] = [];
    while (!isOver) waits.push(await slow.readProfile());
    expect((await registering).map(({ status }) => status)).toEqual(Array.from({ length: 24 }, () => 201));
    return median(waits);
  };
  await slow.readProfile();
  const beside = await waitBeside(() => ({}));
  expect(await waitBeside(() => withKey())).toBeLessThan(beside * 3 + 100);
  await slow.close();
});
