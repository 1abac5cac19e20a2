import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AuthHarness, openAuthHarness } from '../../testing/auth-harness.ts';

let auth: AuthHarness;
beforeAll(async () => {
  auth = await openAuthHarness({ AUTH_LIMIT_REGISTER: '1000/1h' });
});
afterAll(() => auth.close());

let people = 0;
const person = (given: Record<string, unknown> = {}) => {
  people += 1;
  return {
    email: `someone${people}@example.com`,
    username: `Someone${people}`,
    password: 'correct horse battery',
    ...given,
  };
};
const register = (body: unknown, headers: Record<string, string> = {}) =>
  auth.call('register', { body, headers });

test('writes account, settings, link, mail and event, and issues no tokens', async () => {
  const body = person({
    email: ' Hanako@Example.COM ',
    username: ' Ｈanako ',
    role: 3,
    active: true,
    avatar: 'x',
  });
  const answer = await register(body, { 'user-agent': 'Mozilla/5.0' });
  expect(answer).toMatchObject({
    status: 201,
    cookies: [],
    headers: { location: '/api/v6/profile' },
    json: { id: expect.any(Number), message: expect.any(String) },
  });
  expect(Object.keys(answer.json)).toEqual(['id', 'message']);
  const { id } = answer.json;
  const user = await auth.db.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
  expect(user).toMatchObject({
    username: 'Ｈanako',
    username_key: 'hanako',
    email: 'hanako@example.com',
    role: 1,
    active: 0,
    email_verified_at: null,
    disabled_at: null,
    pending_email: null,
    avatar_media_id: null,
  });
  const settings = await auth.db.selectFrom('user_settings').selectAll().where('user_id', '=', id).execute();
  expect(settings).toMatchObject([
    {
      new_word_count: 20,
      old_word_count: 20,
      alphabet_learn_count: 10,
      day_starts_at: 4,
      language: 'en',
      alphabet_repeat: 'in question',
      time_zone: 'UTC',
      desired_retention: '0.90',
    },
  ]);
  expect(await auth.eventKinds(id)).toEqual(['register']);
  const event = await auth.db
    .selectFrom('auth_events')
    .selectAll()
    .where('user_id', '=', id)
    .executeTakeFirstOrThrow();
  expect(event).toMatchObject({ network: '203.0.113.0/24', user_agent: 'Mozilla/5.0', actor_id: null });
});

test('stores a link as a hash alone and a mail whose content is sealed', async () => {
  const body = person();
  const { json } = await register(body);
  const links = await auth.db
    .selectFrom('one_time_tokens')
    .selectAll()
    .where('user_id', '=', json.id)
    .execute();
  expect(links).toMatchObject([{ purpose: 'verify', email: body.email, used_at: null, spent_at: null }]);
  expect(links[0]?.token_hash).toHaveLength(32);
  const lifetime = (links[0]?.expires_at.getTime() ?? 0) - (links[0]?.created_at.getTime() ?? 0);
  expect(lifetime).toBe(24 * 3_600_000);
  const tasks = await auth.db
    .selectFrom('immediate_tasks')
    .innerJoin('email_templates', 'email_templates.id', 'immediate_tasks.template_id')
    .select(['slug', 'content', 'status'])
    .where('user_id', '=', json.id)
    .execute();
  expect(tasks).toMatchObject([{ slug: 'register_template', status: 'Enqueued' }]);
  expect(tasks[0]?.content).not.toMatch(/validToken|example/);
});

test.each([
  [{}, ['email', 'username', 'password'], ['required', 'required', 'required']],
  [
    { email: 'x', username: 'ab', password: 'short' },
    ['email', 'username', 'password'],
    ['invalid_format', 'too_short', 'too_short'],
  ],
  [{ ...person(), email: `${'a'.repeat(60)}@${'b'.repeat(60)}.com` }, ['email'], ['too_long']],
  [{ ...person(), username: 'a'.repeat(33) }, ['username'], ['too_long']],
  [{ ...person(), username: '.dots' }, ['username'], ['invalid_format']],
  [{ ...person(), username: 42 }, ['username'], ['invalid_type']],
  [{ ...person(), password: 'x'.repeat(129) }, ['password'], ['too_long']],
  [{ ...person(), password: 'Password123' }, ['password'], ['too_common']],
  [{ ...person(), username: 'hanako', password: 'my HANAKO here' }, ['password'], ['contains_identity']],
  [
    { ...person(), email: 'suzuki@example.com', password: 'ＳＵＺＵＫＩ-desu' },
    ['password'],
    ['contains_identity'],
  ],
  [
    { username: 'hanako', password: 'hanako is me' },
    ['email', 'password'],
    ['required', 'contains_identity'],
  ],
  [
    { email: null, username: 'hanako1', password: '       ' },
    ['email', 'password'],
    ['required', 'too_short'],
  ],
])('refuses %j', async (body, fields, codes) => {
  const answer = await register(body);
  expect(answer).toMatchObject({ status: 400, json: { code: 'validation_failed' } });
  const details = answer.json.details as { field: string; code: string }[];
  expect(details.map(({ field }) => field)).toEqual(fields);
  expect(details.map(({ code }) => code)).toEqual(codes);
});

test('a password of spaces and short names that appear in it are fine', async () => {
  expect((await register(person({ password: '            ' }))).status).toBe(201);
  expect((await register(person({ username: 'bob', password: 'bobs your uncle' }))).status).toBe(201);
});

test('refuses other content types and broken bodies', async () => {
  expect(await register('{', {})).toMatchObject({ status: 400, json: { code: 'malformed_request' } });
  expect(await register(undefined)).toMatchObject({ status: 400, json: { code: 'malformed_request' } });
  const typed = { 'content-type': 'text/plain' };
  expect(await register('{}', typed)).toMatchObject({ status: 415 });
});

test('a taken address, a taken name in another spelling, and both', async () => {
  const first = person({ username: 'Straße' });
  expect((await register(first)).status).toBe(201);
  const upper = String(first.email).toUpperCase();
  expect(await register(person({ email: upper }))).toMatchObject({
    status: 409,
    json: { code: 'email_taken', details: [{ field: 'email' }] },
  });
  expect(await register(person({ username: 'STRASSE' }))).toMatchObject({
    status: 409,
    json: { code: 'username_taken', details: [{ field: 'username' }] },
  });
  expect(await register(person({ email: upper, username: 'strasse' }))).toMatchObject({
    status: 409,
    json: { code: 'email_taken' },
  });
});

test('a refused registration leaves nothing behind', async () => {
  const first = person();
  await register(first);
  const count = () =>
    auth.db
      .selectFrom(['users'])
      .select(({ selectFrom, fn }) => [
        fn.countAll().as('users'),
        selectFrom('one_time_tokens').select(fn.countAll<number>().as('n')).as('links'),
        selectFrom('immediate_tasks').select(fn.countAll<number>().as('n')).as('tasks'),
        selectFrom('auth_events').select(fn.countAll<number>().as('n')).as('events'),
      ])
      .executeTakeFirst();
  const before = await count();
  expect((await register(person({ username: first.username }))).status).toBe(409);
  expect(await count()).toEqual(before);
});

test('of parallel registrations of one name exactly one succeeds, with and without a key', async () => {
  for (const withKey of [false, true]) {
    const username = `racer${withKey}`;
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        register(person({ username }), withKey ? { 'idempotency-key': `race-${index}` } : {}),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(7).fill(409)]);
    expect(answers.filter(({ json }) => json.code === 'username_taken')).toHaveLength(7);
  }
});

test('an idempotency key replays the answer, and its record holds no password', async () => {
  const body = person({ password: 'secret-of-the-record' });
  const headers = { 'idempotency-key': 'my-key' };
  const first = await register(body, headers);
  const second = await register(body, headers);
  expect(second).toMatchObject({ status: 201, json: first.json, headers: { location: '/api/v6/profile' } });
  expect(await register({ ...body, password: 'another secret' }, headers)).toMatchObject({
    status: 422,
    json: { code: 'idempotency_key_reused' },
  });
  const records = await auth.db.selectFrom('idempotency_records').selectAll().execute();
  expect(records.find((record) => record.idempotency_key === 'my-key')?.caller).toBe('address:203.0.113.7');
  expect(JSON.stringify(records)).not.toContain('secret-of');
});

test('on this public route a key belongs to the address, whoever is signed in', async () => {
  const { accessToken } = await auth.logIn(await auth.createAccount());
  const headers = { 'idempotency-key': 'signed-in', authorization: `Bearer ${accessToken}` };
  expect((await register(person(), headers)).status).toBe(201);
  const record = await auth.db
    .selectFrom('idempotency_records')
    .select('caller')
    .where('idempotency_key', '=', 'signed-in')
    .executeTakeFirst();
  expect(record?.caller).toBe('address:203.0.113.7');
});
