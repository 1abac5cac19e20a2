import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AuthHarness, openAuthHarness } from '#functions/auth/testing/auth-harness.ts';
import { PASSWORD } from '#functions/auth/testing/fixtures.ts';
import { countRows, databaseRowsWith, userColumns } from '../accounts/stored-data.ts';
import { refresh } from './revocations.ts';
import { ROUNDS_TIMEOUT_MS, rounds } from './rounds.ts';

const ROUNDS = rounds(200, 15);

let world: AuthHarness;
beforeAll(async () => {
  world = await openAuthHarness({ AUTH_THROTTLE: 'off' });
});
afterAll(() => world.close());

test(`an erasure among writes of the same user leaves nothing and breaks nothing, ${ROUNDS} times`, {
  timeout: ROUNDS_TIMEOUT_MS,
}, async () => {
  const columns = await userColumns(world.db);
  const seen = new Set<number>();
  for (let round = 0; round < ROUNDS; round++) {
    const account = await world.createAccount({ role: 2 });
    const { headers, refreshToken } = await world.logIn(account);
    const call = (operation: string, body?: object) => () =>
      world.call(operation, { headers: { ...headers, 'idempotency-key': `${operation}-${round}` }, body });
    const writes = [
      call('POST /media/uploads', { mediaType: 'lesson_doc', filename: 'a.pdf', size: 10 }),
      call('PATCH /profile/settings', { newWordCount: 12 }),
      call('PUT /profile/repeat-flag', { flag: 'repeat' }),
      call('PATCH /profile', { username: `renamed${account.id}` }),
      call('PATCH /profile', { email: `moved${account.id}@example.com`, currentPassword: PASSWORD }),
      call('GET /profile/export'),
      call('POST /auth/login', { login: account.email, password: PASSWORD }),
      () => refresh(world, refreshToken),
    ];
    writes.splice(round % (writes.length + 1), 0, call('DELETE /profile', { password: PASSWORD }));
    const answers = await Promise.all(writes.map((write) => write()));
    for (const { status } of answers) seen.add(status);
    const failures = answers.filter(({ status }) => status >= 500).map(({ text }) => text);
    expect(failures).toEqual([]);
    const { rows } = await sql`SELECT id FROM users WHERE id = ${account.id}`.execute(world.db);
    expect(rows).toEqual([]);
    for (const column of columns) {
      expect(await countRows(world.db, column, account.id), `${column.table}.${column.column}`).toBe(0);
    }
    const texts = [account.email, `moved${account.id}@example.com`, `"user:${account.id}"`];
    expect(await databaseRowsWith(world.db, texts)).toEqual([]);
  }
  // Some came before and some after.
  expect([...seen].sort()).toEqual(expect.arrayContaining([200, 201, 204, 401]));
});
