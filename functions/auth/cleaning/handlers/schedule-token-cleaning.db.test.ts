import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AuthHarness, openAuthHarness } from '../../testing/auth-harness.ts';

let auth: AuthHarness;
beforeAll(async () => {
  auth = await openAuthHarness({ INTERNAL_BASE_URL: 'http://localhost:3000' });
});
afterAll(() => auth.close());

const authorized = async (role: 1 | 2 | 3) => {
  const { accessToken } = await auth.logIn(await auth.createAccount({ role }));
  return { authorization: `Bearer ${accessToken}` };
};
const tasks = () => auth.db.selectFrom('scheduled_tasks').selectAll().execute();
const EXPECTED = {
  user_id: null,
  url: 'http://localhost:3000/api/v6/tokens/clean',
  method: 'POST',
  cron: '0 0,12 * * *',
  timezone: 'UTC',
  template_id: null,
  content: '',
  active: 1,
};

test('creates one task, then restores its values', async () => {
  const headers = await authorized(3);
  const created = await auth.call('scheduleTokenCleaning', { headers });
  expect(created).toMatchObject({ status: 201, json: { id: expect.any(Number) } });
  const { id } = created.json;
  expect(created.headers['location']).toBe(`/api/v6/admin/scheduled-tasks/${id}`);
  expect(await tasks()).toMatchObject([{ id, ...EXPECTED }]);
  const again = await auth.call('scheduleTokenCleaning', { headers });
  expect(again).toMatchObject({ status: 200, json: { id } });
  expect(again.headers['location']).toBeUndefined();
  const template = await auth.db.selectFrom('email_templates').select('id').executeTakeFirstOrThrow();
  const strange = {
    cron: '5 5 * * *',
    timezone: 'Europe/Berlin',
    method: 'GET' as const,
    active: 0 as const,
  };
  await auth.db
    .updateTable('scheduled_tasks')
    .set({ ...strange, template_id: template.id, content: 'somebody@example.com' })
    .execute();
  expect((await auth.call('scheduleTokenCleaning', { headers })).status).toBe(200);
  expect(await tasks()).toMatchObject([{ id, ...EXPECTED }]);
});

test('at the same moment one is created', async () => {
  await auth.db.deleteFrom('scheduled_tasks').execute();
  const headers = await authorized(3);
  const answers = await Promise.all(
    Array.from({ length: 5 }, () => auth.call('scheduleTokenCleaning', { headers })),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 201]);
  expect(await tasks()).toHaveLength(1);
});

test('guard: administrators alone', async () => {
  expect((await auth.call('scheduleTokenCleaning')).status).toBe(401);
  for (const role of [1, 2] as const) {
    const answer = await auth.call('scheduleTokenCleaning', { headers: await authorized(role) });
    expect(answer).toMatchObject({ status: 403, json: { code: 'forbidden' } });
  }
});
