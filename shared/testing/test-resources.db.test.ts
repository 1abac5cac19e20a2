import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { migrate } from '../database/migrate.ts';
import { cronFunction, queueFunction } from '../host/queue-function.ts';
import { endpoint } from '../http/endpoint.ts';
import { invoke } from './invoke.ts';
import { openTestResources, type TestResources } from './test-resources.ts';

let resources: TestResources;
beforeAll(async () => {
  resources = await openTestResources();
});
afterAll(() => resources.close());

const NOON = new Date('2031-03-01T12:00:00.250Z');
const provide = async () => resources;
const told: Date[] = [];

const ask = endpoint(
  {
    summary: 'Test',
    guard: 'public',
    responses: { 200: { description: 'ok', schema: z.object({ at: z.string() }) } },
  },
  (_input, { now }) => ({ status: 200, body: { at: now().toISOString() } }),
  { resources: provide },
);
const databaseTimes = async (): Promise<string[]> => {
  const asked = Array.from({ length: resources.config.DB_POOL_SIZE * 2 }, () =>
    sql<{ at: Date }>`SELECT UTC_TIMESTAMP(3) AS at, SLEEP(0.01)`.execute(resources.db),
  );
  return (await Promise.all(asked)).map(({ rows: [row] }) => row?.at.toISOString() ?? '');
};

it('lets a test set the time of endpoints, workers, schedules and MariaDB, and go back to the real one', async () => {
  await resources.at(NOON);
  expect((await invoke(ask)).json).toEqual({ at: NOON.toISOString() });
  await queueFunction(async (_event, { now }) => {
    told.push(now());
    return { batchItemFailures: [] };
  }, provide)({ Records: [] });
  await cronFunction(async ({ now }) => void told.push(now()), provide)({});
  expect([...told, resources.context().now()]).toEqual([NOON, NOON, NOON]);
  expect(new Set(await databaseTimes())).toEqual(new Set([NOON.toISOString()]));

  await resources.at();
  const { at } = (await invoke(ask)).json;
  for (const time of [at, ...(await databaseTimes())]) {
    expect(Math.abs(Date.parse(time) - Date.now())).toBeLessThan(60_000);
  }
});

it('gives a database that needs no migration, with the rows of the migrations', async () => {
  expect(await migrate(resources.db)).toEqual([]);
  const { rows } = await sql<{ slug: string }>`SELECT slug FROM email_templates`.execute(resources.db);
  expect(rows.length).toBeGreaterThan(3);
});
