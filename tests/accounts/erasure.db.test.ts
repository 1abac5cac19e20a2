import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AuthHarness } from '#functions/auth/testing/auth-harness.ts';
import { PASSWORD } from '#functions/auth/testing/fixtures.ts';
import { handler as workRemovals } from '#functions/media/sweep/handlers/work-media-removals.ts';
import { fillAccount, nameElsewhere, openFilledWorld, type Person, signUp } from './filling.ts';
import {
  countRows,
  listFiles,
  readEverything,
  type Snapshot,
  userColumns,
  userTables,
} from './stored-data.ts';

let world: AuthHarness;
beforeAll(async () => {
  world = await openFilledWorld();
});
afterAll(() => world.close());

/** Works on the removals that were handed over, as the dispatcher would. */
const workOnRemovals = async (): Promise<void> => {
  const queue = await world.queues.open('media-removal');
  const jobs = await queue.getJobs(['waiting', 'delayed', 'prioritized']);
  const Records = jobs.map(({ id = '', data }) => ({ messageId: id, body: JSON.stringify(data) }));
  expect(await workRemovals({ Records })).toEqual({ batchItemFailures: [] });
  await queue.drain(true);
};

/** Idempotency records name their caller as text. */
const mentions = (row: string, { id, email, username }: Person): boolean =>
  row.includes(email) || row.includes(`"${username}"`) || row.includes(`"user:${id}"`);

/** Without what an erasure leaves on purpose: its event, and the ids of sessions whose access tokens still live. */
const withoutErasures = (snapshot: Snapshot) =>
  Object.fromEntries(
    [...snapshot]
      .filter(([table]) => table !== 'removed_sessions')
      .map(([table, rows]) => [table, rows.filter((row) => !row.includes('"kind":"erase"'))]),
  );

const erasers = [
  [
    'the owner',
    (person: Person) =>
      world.call('DELETE /profile', { headers: person.headers, body: { password: PASSWORD } }),
  ],
  [
    'an admin',
    async (person: Person, admin: Person) =>
      world.call(`DELETE /admin/users/${person.id}`, { headers: admin.headers }),
  ],
] as const;

test.each(erasers)('after an erasure by %s everything is as if the user had never been', async (_, erase) => {
  const admin = await world.createAccount({ role: 3 });
  const adminHere = { ...admin, ...(await world.logIn(admin)) };
  const other = await signUp(world);
  await fillAccount(world, other);
  const before = await readEverything(world.db);
  const filesBefore = await listFiles(world.root);

  const person = await signUp(world);
  await fillAccount(world, person);
  await nameElsewhere(world, person);
  const filled = await readEverything(world.db);
  const columns = await userColumns(world.db);
  for (const column of columns) {
    const rows = await countRows(world.db, column, person.id);
    expect(rows, `nothing fills ${column.table}.${column.column}: add it to filling.ts`).toBeGreaterThan(0);
  }
  for (const table of await userTables(world.db)) {
    const grown = (filled.get(table)?.length ?? 0) - (before.get(table)?.length ?? 0);
    expect(grown, `nothing fills ${table}: add it to filling.ts`).toBeGreaterThan(0);
  }
  expect((await listFiles(world.root)).length).toBeGreaterThan(filesBefore.length);

  expect((await erase(person, adminHere)).status).toBe(204);
  for (const column of columns) {
    expect(await countRows(world.db, column, person.id), `${column.table}.${column.column}`).toBe(0);
  }
  await workOnRemovals();
  const after = await readEverything(world.db);
  for (const [table, rows] of after) {
    expect(
      rows.filter((row) => mentions(row, person)),
      table,
    ).toEqual([]);
  }
  expect(withoutErasures(after)).toEqual(withoutErasures(before));
  const session = /^\{"session_id":\d+,"created_at":"[^"]+"\}$/;
  const numbers = after.get('removed_sessions') ?? [];
  expect(numbers.length).toBeGreaterThan(before.get('removed_sessions')?.length ?? 0);
  for (const row of numbers) expect(row).toMatch(session);
  expect(await listFiles(world.root)).toEqual(filesBefore);
  expect((await world.call('GET /profile', { headers: other.headers })).status).toBe(200);
});
