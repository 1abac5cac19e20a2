import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AuthHarness } from '#functions/auth/testing/auth-harness.ts';
import { PASSWORD } from '#functions/auth/testing/fixtures.ts';
import { fillAccount, nameElsewhere, openFilledWorld, type Person, signUp } from './filling.ts';
import { countRows, readEverything, userColumns } from './stored-data.ts';

/** Where the export shows the rows in which a column names the user; a reason for those it leaves out. */
const SHOWN: Readonly<Record<string, readonly string[] | { readonly leftOut: string }>> = {
  'auth_events.user_id': ['events'],
  'auth_events.actor_id': { leftOut: 'the event belongs to the account that it happened to' },
  'immediate_tasks.user_id': ['tasks', 'immediateTasks'],
  'kana_mark_drops.user_id': ['kana', 'markDrops'],
  'kana_skills.user_id': ['kana', 'skills'],
  'media.owner_user_id': ['media', 'files'],
  'media_uploads.owner_user_id': {
    leftOut: 'media.md, rule 32: files only; what was uploaded is among them',
  },
  'one_time_tokens.user_id': ['links'],
  'scheduled_tasks.user_id': ['tasks', 'scheduledTasks'],
  'scheduled_tasks.user_key': { leftOut: 'the same as user_id' },
  'user_networks.user_id': ['networks'],
  'user_sessions.user_id': ['sessions'],
  'user_settings.user_id': { leftOut: 'one object: `settings`' },
};

let world: AuthHarness;
let person: Person;
beforeAll(async () => {
  world = await openFilledWorld();
  await fillAccount(world, await signUp(world));
  person = await signUp(world);
  await fillAccount(world, person);
  await nameElsewhere(world, person);
});
afterAll(() => world.close());

const exportOf = ({ headers }: Person) => world.call('GET /profile/export', { headers });

test('every table that names the user is shown, or left out for a reason', async () => {
  const columns = await userColumns(world.db);
  const { json } = await exportOf(person);
  for (const column of columns) {
    const name = `${column.table}.${column.column}`;
    const shown = SHOWN[name];
    expect(shown, `${name}: does the export show it?`).toBeDefined();
    if (!Array.isArray(shown)) continue;
    const list = shown.reduce((value, key) => value?.[key], json);
    // The event of the export itself is written after everything has been read.
    const later = column.table === 'auth_events' ? 1 : 0;
    expect(list, name).toHaveLength((await countRows(world.db, column, person.id)) - later);
  }
});

test('has the shape of the contract, as a file', async () => {
  const { status, headers, json } = await exportOf(person);
  expect(status).toBe(200);
  const today = json.exportedAt.slice(0, 10).replaceAll('-', '');
  expect(headers['content-disposition']).toBe(
    `attachment; filename="japanesestudent-${person.id}-${today}.json"`,
  );
  expect(headers['cache-control']).toBe('no-store');
  const order = 'version exportedAt account settings sessions links networks events';
  expect(Object.keys(json)).toEqual([...order.split(' '), 'kana', 'dictionary', 'courses', 'media', 'tasks']);
  expect(json).toMatchObject({ version: 1, dictionary: {}, courses: {} });
  const profile = await world.call('GET /profile', { headers: person.headers });
  const { avatar, ...account } = json.account;
  expect(profile.json).toMatchObject(account);
  const settings = await world.call('GET /profile/settings', { headers: person.headers });
  expect(json.settings).toEqual(settings.json);
  expect(json.sessions).toEqual([
    expect.objectContaining({ current: false, endedAt: expect.any(String), endReason: 'logout' }),
    expect.objectContaining({ current: true, network: '203.0.113.0/24' }),
  ]);
  expect(json.sessions[1]).not.toHaveProperty('endedAt');
  expect(json.links.map(({ purpose, usedAt }: Record<string, string>) => [purpose, usedAt])).toEqual([
    ['verify', expect.any(String)],
    ['change_email', undefined],
    ['reset', undefined],
  ]);
  expect(json.networks).toEqual([{ network: '203.0.113.0/24', lastLoginAt: expect.any(String) }]);
  expect(json.events.slice(0, 3).map(({ kind }: { kind: string }) => kind)).toEqual([
    'login_ok',
    'logout',
    'login_ok',
  ]);
});

test('holds no secret and no hash, and nothing of anybody else', async () => {
  const { text } = await exportOf(person);
  const { accessToken, refreshToken } = person;
  for (const secret of [accessToken, refreshToken, PASSWORD, '$2b$']) expect(text).not.toContain(secret);
  const stored = await readEverything(world.db);
  const hashes = [...stored].flatMap(([, rows]) => rows.flatMap((row) => row.match(/"[0-9a-f]{64}"/g) ?? []));
  const digests = [...(stored.get('media_objects') ?? [])].join();
  const secrets = hashes.filter((hash) => !digests.includes(hash));
  expect(secrets.length).toBeGreaterThan(5);
  for (const secret of secrets) expect(text).not.toContain(secret.slice(1, -1));
  for (const other of ['learner1@', '"learner1"']) expect(text).not.toContain(other);
});

test('is recorded, also when only its headers are asked for', async () => {
  const events = async () =>
    (
      await sql<{ kind: string; network: string }>`
      SELECT kind, network FROM auth_events WHERE user_id = ${person.id} AND kind = 'export'`.execute(
        world.db,
      )
    ).rows;
  const before = await events();
  expect((await exportOf(person)).status).toBe(200);
  const head = await world.call('HEAD /profile/export', { headers: person.headers });
  expect(head.status).toBe(200);
  const after = await events();
  expect(after).toHaveLength(before.length + 2);
  expect(after.at(-1)).toEqual({ kind: 'export', network: '203.0.113.0/24' });
});

test('tells what an admin did to the account, but not from where', async () => {
  const account = await signUp(world);
  const address = '198.51.100.7';
  const admin = await world.logIn(await world.createAccount({ role: 3 }), address);
  const changed = await world.call(`PATCH /admin/users/${account.id}`, {
    headers: { ...admin.headers, 'user-agent': 'admin-browser' },
    address,
    body: { role: 3 },
  });
  expect(changed.status).toBe(204);
  const { rows } = await sql`
    SELECT network, user_agent FROM auth_events WHERE user_id = ${account.id} AND actor_id IS NOT NULL`.execute(
    world.db,
  );
  expect(rows).toEqual([{ network: '198.51.100.0/24', user_agent: 'admin-browser' }]);
  // The change has ended all sessions.
  const { headers } = await world.logIn(account);
  const { json, text } = await world.call('GET /profile/export', { headers });
  expect(json.events.at(-2)).toEqual({ kind: 'role_changed', createdAt: expect.any(String) });
  expect(text).not.toMatch(/198\.51\.100|admin-browser/);
});

test('of an account that holds nothing has empty domains', async () => {
  const account = await world.createAccount();
  const headers = (await world.logIn(account)).headers;
  const { json } = await world.call('GET /profile/export', { headers });
  const { kana, dictionary, courses, media, tasks, links } = json;
  expect({ kana, dictionary, courses, media, tasks, links }).toEqual({
    kana: {},
    dictionary: {},
    courses: {},
    media: {},
    tasks: {},
    links: [],
  });
  await sql`UPDATE users SET disabled_at = UTC_TIMESTAMP(3) WHERE id = ${account.id}`.execute(world.db);
  expect(await world.call('GET /profile/export', { headers })).toMatchObject({
    status: 401,
    json: { code: 'invalid_token' },
  });
});

test('is for whoever has signed in', async () => {
  expect(await world.call('GET /profile/export')).toMatchObject({
    status: 401,
    json: { code: 'unauthenticated' },
  });
  const headers = { authorization: 'Bearer bad' };
  expect(await world.call('GET /profile/export', { headers })).toMatchObject({
    status: 401,
    json: { code: 'invalid_token' },
  });
});
