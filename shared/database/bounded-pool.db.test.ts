import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it, test } from 'vitest';
import { mediaStore } from '../storage/media-store.ts';
import { openTestResources, type TestResources } from '../testing/test-resources.ts';
import { type Database, openDatabase, type Transaction } from './database.ts';
import { isDatabaseUnavailable } from './errors.ts';
import { listPage } from './list-page.ts';
import { afterCommit, withConnection, withTransaction } from './transaction.ts';

let resources: TestResources;
let small: Database;
beforeAll(async () => {
  resources = await openTestResources({ DB_POOL_SIZE: '2', DB_POOL_QUEUE: '4', DB_ACQUIRE_TIMEOUT: '1s' });
  small = resources.db;
});
afterAll(() => resources.close());

const one = (db: Database | Transaction) => sql`SELECT 1`.execute(db);
const busy = (seconds: number) => withTransaction(small, (tx) => sql`SELECT SLEEP(${seconds})`.execute(tx));

test('beyond the line callers are refused at once, and those in it after the longest wait', async () => {
  const holders = [busy(1.5), busy(1.5)];
  await sleep(100);
  const startedAt = performance.now();
  const waiting = Array.from({ length: 4 }, () => one(small));
  const settled = Promise.allSettled(waiting);
  const refusal: unknown = await one(small).catch((error: unknown) => error);
  expect(isDatabaseUnavailable(refusal)).toBe(true);
  expect(performance.now() - startedAt).toBeLessThan(500);
  for (const outcome of await settled) {
    expect(outcome.status === 'rejected' && isDatabaseUnavailable(outcome.reason)).toBe(true);
  }
  await Promise.all(holders);
  // Nobody who gave up has taken a connection along.
  await Promise.all(Array.from({ length: 6 }, () => one(small)));
});

test('a connection that the server ends gives its place back', async () => {
  const other = openDatabase(resources.config);
  for (let round = 0; round < 5; round++) {
    let told: (id: number) => void = () => undefined;
    const id = new Promise<number>((resolve) => {
      told = resolve;
    });
    const held = withConnection(small, async (connection) => {
      const { rows } = await sql<{ id: number }>`SELECT CONNECTION_ID() AS id`.execute(connection);
      told(rows[0]?.id ?? 0);
      await sql`SELECT SLEEP(5)`.execute(connection);
    });
    const outcome = held.then(
      () => 'slept',
      () => 'ended',
    );
    await sql`KILL ${sql.lit(await id)}`.execute(other);
    expect(await outcome).toBe('ended');
  }
  await other.destroy();
  await Promise.all(Array.from({ length: 6 }, () => one(small)));
});

it('throws at once when whoever holds a connection asks the pool for another', async () => {
  const inside = withTransaction(small, () => one(small));
  await expect(inside).rejects.toThrow(/while a connection is held/);
  await expect(withTransaction(small, () => withTransaction(small, one))).rejects.toThrow(/held/);
  await expect(withConnection(small, () => one(small))).rejects.toThrow(/held/);
});

it.each([
  ['hashing', ({ passwords }: TestResources) => passwords.hash('correct horse')],
  ['Redis', ({ redis }: TestResources) => redis.ping()],
  ['the queue', ({ queues }: TestResources) => queues.enqueue('any', [{ id: 'a', data: {} }])],
  ['the store', async ({ storage }: TestResources) => (await mediaStore({ storage })).stat('tmp/none')],
  [
    'mail',
    ({ mailer }: TestResources) =>
      mailer.send(
        { to: 'a@example.com', subject: 'x', html: 'x', text: 'x', messageId: '<a@b>' } as never,
        new AbortController().signal,
      ),
  ],
])('throws at once when whoever holds a connection waits for %s', async (_name, wait) => {
  const store = await mediaStore(resources);
  await expect(withTransaction(small, async () => void (await wait(resources)))).rejects.toThrow(/held/);
  await expect(withTransaction(small, async () => void (await store.stat('tmp/none')))).rejects.toThrow(
    /held/,
  );
});

it('allows statements side by side outside a transaction, beside one, and after its commit', async () => {
  const listing = listPage(
    small.selectFrom('idempotency_records').select('id').orderBy('id'),
    { page: 1, count: 10 },
    ({ id }) => id,
  );
  expect(await listing).toEqual({ items: [], total: 0 });
  await Promise.all([withTransaction(small, one), one(small)]);
  let announced = 0;
  let left: Promise<unknown> | undefined;
  await withTransaction(small, async (tx) => {
    afterCommit(tx, async () => {
      await one(small);
      announced += 1;
    });
    // Work that is left running is no holder any more once the transaction has ended.
    left = sleep(100).then(() => one(small));
    await one(tx);
  });
  await left;
  expect(announced).toBe(1);
});

it('keeps pool, transaction and reserved connection apart', () => {
  const needsPool = (_db: Database): void => undefined;
  const needsTransaction = (_tx: Transaction): void => undefined;
  const check = (db: Database, tx: Transaction): void => {
    // @ts-expect-error a transaction is no pool
    needsPool(tx);
    // @ts-expect-error the pool is no transaction
    needsTransaction(db);
    // @ts-expect-error only transaction.ts opens transactions
    db.transaction;
    // @ts-expect-error only transaction.ts reserves connections
    tx.connection;
  };
  expect(check).toBeTypeOf('function');
});
