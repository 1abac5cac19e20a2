import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createAdmin, type SignedInAdmin } from '../../testing/admin-test.ts';
import { type AuthHarness, openAuthHarness } from '../../testing/auth-harness.ts';

let auth: AuthHarness;
let admin: SignedInAdmin;
beforeAll(async () => {
  auth = await openAuthHarness();
});
afterAll(() => auth.close());
beforeEach(async () => {
  await auth.db.deleteFrom('users').execute();
  admin = await createAdmin(auth);
});

const change = (id: number, values: Record<string, unknown>) =>
  auth.db.updateTable('users').set(values).where('id', '=', id).execute();

describe('GET /admin/tutors', () => {
  test('lists active accounts of role 2 by the key of the username', async () => {
    const [second, first] = [await auth.createAccount({ role: 2 }), await auth.createAccount({ role: 2 })];
    await change(first.id, { username: 'Ａlpha', username_key: 'alpha' });
    await change(second.id, { username: 'beta', username_key: 'beta' });
    await auth.createAccount({ role: 2, state: 'unverified' });
    await auth.createAccount({ role: 2, state: 'disabled' });
    await auth.createAccount({ role: 1 });
    const answer = await admin.call('listTutors');
    expect(answer).toMatchObject({ status: 200, headers: { 'x-total-count': '2' } });
    expect(answer.json).toEqual([
      { id: first.id, username: 'Ａlpha' },
      { id: second.id, username: 'beta' },
    ]);
    const page = await admin.call('listTutors', { query: 'page=2&count=1' });
    expect(page.json).toEqual([{ id: second.id, username: 'beta' }]);
    expect(answer.headers['link']).toContain('count=100');
    expect(await admin.call('listTutors', { query: 'count=101' })).toMatchObject({ status: 400 });
  });
});
