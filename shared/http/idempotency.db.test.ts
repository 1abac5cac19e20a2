import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { afterCommit } from '../database/transaction.ts';
import { AppError } from '../errors/app-error.ts';
import { invoke } from '../testing/invoke.ts';
import { openTestResources, type TestResources } from '../testing/test-resources.ts';
import { endpoint } from './endpoint.ts';
import { forgetOldKeys } from './idempotency.ts';

const DAY_MS = 86_400_000;
let resources: TestResources;
beforeAll(async () => {
  resources = await openTestResources();
  await sql`CREATE TABLE effects (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(20)) ENGINE=InnoDB`.execute(
    resources.db,
  );
});
afterAll(() => resources.close());
beforeEach(async () => {
  await sql`DELETE FROM effects`.execute(resources.db);
});

const effects = async (): Promise<number> => {
  const { rows } = await sql<{ n: number }>`SELECT COUNT(*) AS n FROM effects`.execute(resources.db);
  return Number(rows[0]?.n);
};

let handedOver = 0;
let hold: Promise<void> = Promise.resolve();
const handler = endpoint(
  {
    summary: 'Create',
    guard: 'public',
    idempotent: true,
    errors: ['email_taken'],
    request: { body: { format: 'json', schema: z.object({ name: z.string().max(100) }) } },
    responses: { 201: { description: 'made', schema: z.object({ id: z.int(), message: z.string() }) } },
  },
  ({ body }, { commit }) =>
    commit(async (transaction) => {
      const made = await sql`INSERT INTO effects (name) VALUES (${body.name})`.execute(transaction);
      afterCommit(transaction, async () => {
        // The connection is free again, so nothing forbids to take one.
        await sql`SELECT 1`.execute(resources.db);
        handedOver += 1;
      });
      const id = Number(made.insertId);
      await hold;
      if (body.name === 'taken') throw new AppError('email_taken');
      return { status: 201, body: { id, message: 'made' }, headers: { location: `/effects/${id}` } };
    }),
  { resources: async () => resources },
);

const forgetful = endpoint(
  {
    summary: 'Create without commit',
    guard: 'public',
    idempotent: true,
    responses: { 204: { description: 'made' } },
  },
  async (_input, { db }) => {
    await sql`INSERT INTO effects (name) VALUES ('x')`.execute(db);
    return { status: 204 };
  },
  { resources: async () => resources },
);

const call = (key: string | undefined, body: unknown, address = '203.0.113.1') =>
  invoke(handler, {
    method: 'POST',
    body,
    address,
    headers: key === undefined ? {} : { 'idempotency-key': key },
  });

describe('Idempotency-Key', () => {
  it('replays status, body and Location for the same payload, however it is written', async () => {
    const before = handedOver;
    const first = await call('k1', '{"name":"a","x":1}');
    const again = await call('k1', '{ "x": 1, "name" : "a" }');
    expect(first.status).toBe(201);
    expect([again.status, again.text, again.headers['location']]).toEqual([
      201,
      first.text,
      first.headers['location'],
    ]);
    expect(again.headers['x-request-id']).not.toBe(first.headers['x-request-id']);
    expect([await effects(), handedOver - before]).toEqual([1, 1]);
  });

  it('refuses the key for another payload and keeps callers apart', async () => {
    await call('k2', { name: 'a' });
    expect(await call('k2', { name: 'b' })).toMatchObject({
      status: 422,
      json: { code: 'idempotency_key_reused' },
    });
    expect((await call('k2', { name: 'b' }, '203.0.113.2')).status).toBe(201);
    expect(await effects()).toBe(2);
  });

  it('stores nothing but success, and a refused call leaves neither effect nor hand-over', async () => {
    const before = handedOver;
    expect((await call('k3', { name: 'taken' })).status).toBe(409);
    expect([await effects(), handedOver - before]).toEqual([0, 0]);
    expect((await call('k3', { name: 'free' })).status).toBe(201);
  });

  it('lets one of many parallel calls work; the others hear 409 or its answer', async () => {
    let release = () => {};
    hold = new Promise((resolve) => {
      release = resolve;
    });
    const calls = Array.from({ length: 8 }, () => call('k4', { name: 'a' }));
    const early = await Promise.race(calls);
    expect(early).toMatchObject({ status: 409, json: { code: 'conflict' } });
    release();
    hold = Promise.resolve();
    const answers = await Promise.all(calls);
    expect(answers.filter(({ status }) => status === 201).length).toBeGreaterThanOrEqual(1);
    expect(new Set(answers.filter(({ status }) => status === 201).map(({ text }) => text)).size).toBe(1);
    expect(await effects()).toBe(1);
    expect((await call('k4', { name: 'a' })).status).toBe(201);
  });

  it('is refused outside production by an endpoint that forgets to commit with it', async () => {
    const headers = { 'idempotency-key': 'k6' };
    expect((await invoke(forgetful, { method: 'POST', headers })).status).toBe(500);
    expect((await invoke(forgetful, { method: 'POST' })).status).toBe(204);
  });

  it.each(['', 'x'.repeat(256), 'ä', 'a\tb'])('refuses the key %j', async (key) => {
    const answer = await call(key, { name: 'a' });
    expect(answer.json).toMatchObject({ code: 'validation_failed', details: [{ field: 'Idempotency-Key' }] });
  });

  it('forgets after 24 hours', async () => {
    await call('k5', { name: 'a' });
    await resources.at(new Date(Date.now() + DAY_MS));
    expect((await call('k5', { name: 'b' })).status).toBe(201);
    await resources.at(new Date(Date.now() + 2 * DAY_MS));
    expect(await forgetOldKeys(resources.db, 1)).toBe(1);
    expect(await forgetOldKeys(resources.db, 1_000)).toBeGreaterThan(0);
    expect(await forgetOldKeys(resources.db, 1_000)).toBe(0);
    await resources.at();
  });
});
