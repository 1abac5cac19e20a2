import { randomBytes } from 'node:crypto';
import { Writable } from 'node:stream';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLog } from '#shared/log/log.ts';
import { openTestResources, type TestResources } from '#shared/testing/test-resources.ts';
import { openLedger } from './ledger.ts';
import { databasePlaces, type Place, redisPlaces } from './places.ts';
import { findSecrets } from './scan.ts';

const SECRET = 'pässword "with" quotes & more';
const SECRETS = new Map([[SECRET, 'password']]);

let resources: TestResources;
beforeAll(async () => {
  resources = await openTestResources();
});
afterAll(() => resources.close());

const placesHere = async (): Promise<Place[]> => [
  ...(await databasePlaces(resources.db)),
  ...(await redisPlaces(resources.redis, `*${resources.config.REDIS_PREFIX}*`)),
];
const found = async () => findSecrets(await placesHere(), SECRETS).map(({ place, as }) => `${place}: ${as}`);

test('finds nothing where nothing is', async () => {
  expect((await placesHere()).length).toBeGreaterThan(10);
  expect(await found()).toEqual([]);
});

test.each([
  ['a text column', SECRET, 'itself'],
  ['JSON in a column', JSON.stringify({ password: SECRET }), 'JSON'],
  ['a form in a column', new URLSearchParams({ password: SECRET }).toString(), 'form'],
  ['base64 in a column', Buffer.from(SECRET).toString('base64'), 'base64'],
])('finds a secret planted as %s', async (_, planted, as) => {
  await sql`UPDATE email_templates SET body_template = ${planted} LIMIT 1`.execute(resources.db);
  expect(await found()).toContain(`column email_templates.body_template: ${as}`);
  await sql`UPDATE email_templates SET body_template = 'x'`.execute(resources.db);
  expect(await found()).toEqual([]);
});

test('finds a secret in a binary column', async () => {
  const token = randomBytes(16).toString('base64url');
  const bytes = Buffer.from(token.padEnd(32)).subarray(0, 32);
  await sql`INSERT INTO idempotency_records (caller, idempotency_key, payload_hash, status, headers, body, created_at)
    VALUES ('x', 'x', ${bytes}, 200, '', '', UTC_TIMESTAMP(3))`.execute(resources.db);
  expect(findSecrets(await placesHere(), new Map([[token, 'token']]))).toEqual([
    { place: 'column idempotency_records.payload_hash', secret: 'token', as: 'itself' },
  ]);
  await sql`DELETE FROM idempotency_records`.execute(resources.db);
});

test('finds a secret in a value, a key and a job of Redis', async () => {
  const { redis, queues, config } = resources;
  const prefix = config.REDIS_PREFIX;
  await redis.set(`${prefix}:a:${SECRET}`, '1');
  await redis.hset(`${prefix}:b`, 'field', SECRET);
  await redis.zadd(`${prefix}:c`, 1, SECRET);
  await redis.xadd(`${prefix}:d`, '*', 'field', SECRET);
  await queues.enqueue('planted', [{ id: 'planted-1', data: { secret: SECRET } }]);
  const places = await found();
  for (const name of [`${prefix}:a`, `${prefix}:b`, `${prefix}:c`, `${prefix}:d`, 'planted:planted-1']) {
    expect(
      places.some((place) => place.includes(name)),
      name,
    ).toBe(true);
  }
});

test('finds a secret in a log line', () => {
  let text = '';
  const write = (chunk: unknown, _: unknown, done: () => void) => {
    text += String(chunk);
    done();
  };
  createLog('info', new Writable({ write })).info({ reason: `it was ${SECRET}` }, 'leaking');
  expect(findSecrets([{ name: 'log', text }], SECRETS)).toEqual([
    { place: 'log', secret: 'password', as: 'JSON' },
  ]);
});

test('the ledger notes what is named like a secret, at any depth, and nothing else', () => {
  const ledger = openLedger();
  ledger.addNamed({
    user: { name: 'a name that is long' },
    currentPassword: 'correct horse',
    tokenType: 'Bearer',
  });
  ledger.addNamed([{ deep: { refreshToken: 'r'.repeat(43), password: 1 } }]);
  ledger.addHeaders({
    authorization: `Bearer ${'a'.repeat(30)}`,
    cookie: `refresh_token=${'c'.repeat(20)}`,
    accept: '*'.repeat(20),
  });
  ledger.addCookies([`access_token=${'d'.repeat(20)}; Path=/`, 'refresh_token=; Max-Age=0']);
  ledger.addLinks(`open https://example.com/?validToken=${'e'.repeat(43)} now`);
  expect([...ledger.secrets.keys()]).toEqual([
    'correct horse',
    'r'.repeat(43),
    'a'.repeat(30),
    'c'.repeat(20),
    'd'.repeat(20),
    'e'.repeat(43),
  ]);
});
