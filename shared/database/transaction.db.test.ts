import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { AppError } from '../errors/app-error.ts';
import { openTestResources, type TestResources } from '../testing/test-resources.ts';
import type { Transaction } from './database.ts';
import { mapConstraint, violatedConstraint } from './errors.ts';
import { afterCommit, withTransaction } from './transaction.ts';

let resources: TestResources;
beforeAll(async () => {
  resources = await openTestResources();
  await sql`CREATE TABLE parents (id INT PRIMARY KEY) ENGINE=InnoDB`.execute(resources.db);
  await sql`CREATE TABLE counters (id INT PRIMARY KEY, parent_id INT NULL, n INT NOT NULL, name VARCHAR(20),
    CONSTRAINT uq_counters_name UNIQUE (name), CONSTRAINT ck_counters_n CHECK (n < 1000),
    CONSTRAINT fk_counters_parent FOREIGN KEY (parent_id) REFERENCES parents (id)) ENGINE=InnoDB`.execute(
    resources.db,
  );
  await sql`INSERT INTO counters (id, n, name) VALUES (1, 0, 'a'), (2, 0, 'b')`.execute(resources.db);
});
afterAll(() => resources.close());

const add = (db: Transaction, id: number) => sql`UPDATE counters SET n = n + 1 WHERE id = ${id}`.execute(db);

it('runs a deadlocked transaction again until both are done, and its effects once', async () => {
  let effects = 0;
  const both = (first: number, second: number) =>
    withTransaction(resources.db, async (transaction) => {
      afterCommit(transaction, async () => {
        effects += 1;
      });
      await add(transaction, first);
      await new Promise((resolve) => setTimeout(resolve, 20));
      await add(transaction, second);
    });
  await Promise.all(Array.from({ length: 6 }, (_, i) => (i % 2 ? both(1, 2) : both(2, 1))));
  const { rows } = await sql<{ n: number }>`SELECT n FROM counters WHERE id < 3`.execute(resources.db);
  expect(rows.map(({ n }) => n)).toEqual([6, 6]);
  expect(effects).toBe(6);
});

it('drops effects with the transaction', async () => {
  let effects = 0;
  const failing = withTransaction(resources.db, async (outer) => {
    afterCommit(outer, async () => {
      effects += 1;
    });
    await sql`INSERT INTO counters (id, n) VALUES (10, 0)`.execute(outer);
    throw new Error('stop');
  });
  await expect(failing).rejects.toThrow('stop');
  expect(effects).toBe(0);
  const { rows } = await sql`SELECT id FROM counters WHERE id = 10`.execute(resources.db);
  expect(rows).toEqual([]);
});

it.each([
  ['unique', sql`INSERT INTO counters (id, n, name) VALUES (20, 0, 'a')`, 'uq_counters_name'],
  ['a value with quotes', sql`INSERT INTO counters (id, n, name) VALUES (20, 0, 'for key ''x''')`, undefined],
  ['check', sql`UPDATE counters SET n = 1000 WHERE id = 1`, 'ck_counters_n'],
  ['foreign key', sql`UPDATE counters SET parent_id = 9 WHERE id = 1`, 'fk_counters_parent'],
])('names the violated constraint: %s', async (_name, statement, expected) => {
  const error: unknown = await statement.execute(resources.db).then(
    () => undefined,
    (reason) => reason,
  );
  expect(violatedConstraint(error)).toBe(expected);
});

it('maps listed constraints and throws everything else on', async () => {
  const meanings = { uq_counters_name: { code: 'username_taken', field: 'username' } } as const;
  const violation = sql`INSERT INTO counters (id, n, name) VALUES (21, 0, 'b')`.execute(resources.db);
  const refusal = await violation.catch(mapConstraint(meanings)).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(AppError);
  expect((refusal as AppError).details).toEqual([
    { field: 'username', code: 'username_taken', message: 'This username is already in use.' },
  ]);
  const other = new Error('other');
  expect(() => mapConstraint(meanings)(other)).toThrow(other);
});

it('speaks to sessions in UTC, strict, READ COMMITTED', async () => {
  const { rows } = await sql<
    Record<string, string>
  >`SELECT @@time_zone AS zone, @@sql_mode AS mode, @@tx_isolation AS isolation,
    CAST('2026-01-02 03:04:05.678' AS DATETIME(3)) AS at`.execute(resources.db);
  expect(rows[0]).toMatchObject({
    zone: '+00:00',
    isolation: 'READ-COMMITTED',
    at: new Date('2026-01-02T03:04:05.678Z'),
  });
  expect(rows[0]?.['mode']).toContain('STRICT_ALL_TABLES');
});
