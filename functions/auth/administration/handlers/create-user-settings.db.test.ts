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

describe('POST /admin/users/{id}/settings', () => {
  test('creates what is missing and keeps what is there', async () => {
    const { id } = await auth.createAccount();
    await auth.db.deleteFrom('user_settings').where('user_id', '=', id).execute();
    const create = () => admin.call('createUserSettings', { id, body: 'not { json' });
    const created = await create();
    expect(created).toMatchObject({ status: 201, headers: { location: `/api/v6/admin/users/${id}` } });
    const again = await create();
    expect(again).toMatchObject({ status: 200, json: { id: created.json.id } });
    expect(again.headers).not.toHaveProperty('location');
    const { settings } = (await admin.call('getUser', { id })).json;
    expect(settings).toMatchObject({ id: created.json.id, userId: id, newWordCount: 20 });
    expect(await admin.call('createUserSettings', { id: 4_000_000_000 })).toMatchObject({ status: 404 });
  });

  test('parallel calls create one row', async () => {
    const { id } = await auth.createAccount();
    await auth.db.deleteFrom('user_settings').where('user_id', '=', id).execute();
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => admin.call('createUserSettings', { id })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 200, 201]);
    expect(new Set(answers.map(({ json }) => json.id)).size).toBe(1);
  });
});
