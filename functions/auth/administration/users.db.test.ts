import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createAdmin, type SignedInAdmin } from '../testing/admin-test.ts';
import { type AuthHarness, openAuthHarness } from '../testing/auth-harness.ts';
import { mailsOf } from '../testing/mails.ts';
import { multipart, picture } from '../testing/multipart.ts';

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
const idsOf = ({ json }: { json: { id: number }[] }) => json.map(({ id }) => id);
const list = (query = '') => admin.call('listUsers', { query });

describe('GET /admin/users', () => {
  test('lists accounts by address, with all that is known of them', async () => {
    const accounts = [await auth.createAccount(), await auth.createAccount({ state: 'disabled', role: 2 })];
    await change(accounts[0]?.id ?? 0, { email: 'b@example.com', pending_email: 'next@example.com' });
    await change(accounts[1]?.id ?? 0, { email: 'a@example.com' });
    await change(admin.id, { email: 'c@example.com' });
    const answer = await list();
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({ 'x-total-count': '3' });
    expect(idsOf(answer)).toEqual([accounts[1]?.id, accounts[0]?.id, admin.id]);
    expect(answer.json[0]).toEqual({
      id: accounts[1]?.id,
      username: accounts[1]?.username,
      email: 'a@example.com',
      role: 2,
      active: false,
      createdAt: expect.stringMatching(/Z$/),
    });
    const page = await list('page=2&count=2');
    expect(idsOf(page)).toEqual([admin.id]);
    expect(page.headers['link']).toContain('page=1&count=2>; rel="prev"');
  });

  test('filters by role and by state, joined by AND', async () => {
    const tutor = await auth.createAccount({ role: 2 });
    const unverified = await auth.createAccount({ role: 2, state: 'unverified' });
    const disabled = await auth.createAccount({ role: 1, state: 'disabled' });
    expect(idsOf(await list('role=2')).sort()).toEqual([tutor.id, unverified.id].sort());
    expect(idsOf(await list('active=false')).sort()).toEqual([unverified.id, disabled.id].sort());
    expect(idsOf(await list('role=2&active=true'))).toEqual([tutor.id]);
    expect(await list('role=1&active=true')).toMatchObject({
      json: [],
      headers: { 'x-total-count': '0' },
    });
  });

  test('searches address and username as folded, literal text', async () => {
    const odd = await auth.createAccount();
    await change(odd.id, { username: 'Straße_Ａ', username_key: 'strasse_a', email: 'odd%one@example.org' });
    const other = await auth.createAccount();
    await change(other.id, { username: 'ひらがな', username_key: 'ひらがな' });
    const find = async (text: string) => idsOf(await list(`search=${encodeURIComponent(text)}`));
    for (const text of ['STRASSE', 'straße', 'ß', 'asse_A', '_', '%', 'ODD%', 'one@EXAMPLE.org', 'ａ']) {
      expect(await find(text), text).toContain(odd.id);
    }
    for (const text of ['_', '%', 'str%', 'st_asse', 'ひらか', 'ハ']) {
      expect(await find(text), text).not.toContain(other.id);
    }
    expect(await find('らが')).toEqual([other.id]);
    expect(await find('\\')).toEqual([]);
    expect(await find('odd_one')).toEqual([]);
    expect(await find('')).toHaveLength(3);
  });

  test.each([
    ['role=4', 'role'],
    ['role=', 'role'],
    ['role=01', 'role'],
    ['active=1', 'active'],
    ['active=TRUE', 'active'],
    ['count=0', 'count'],
    ['count=101', 'count'],
    ['page=-1', 'page'],
    ['role=1&role=2', 'role'],
    [`search=${'x'.repeat(101)}`, 'search'],
  ])('refuses %s', async (query, field) => {
    expect(await list(query)).toMatchObject({
      status: 400,
      json: {
        code: 'validation_failed',
        details: expect.arrayContaining([expect.objectContaining({ field })]),
      },
    });
  });
});

describe('GET /admin/users/{id}', () => {
  test('shows the account with its settings', async () => {
    const { id, email, username } = await auth.createAccount();
    await change(id, {
      pending_email: 'next@example.com',
      pending_email_expires_at: new Date(Date.now() + 60_000),
    });
    const { status, json } = await admin.call('getUser', { id });
    expect(status).toBe(200);
    expect(json).toEqual({
      ...{ id, email, username, role: 1, active: true, pendingEmail: 'next@example.com' },
      createdAt: expect.any(String),
      settings: {
        id: expect.any(Number),
        userId: id,
        newWordCount: 20,
        oldWordCount: 20,
        alphabetLearnCount: 10,
        language: 'en',
        alphabetRepeat: 'in question',
        timeZone: 'UTC',
        dayStartsAt: 4,
        desiredRetention: 0.9,
      },
    });
  });

  test('says that there are no settings, hides an expired address, and knows nobody else', async () => {
    const { id } = await auth.createAccount();
    await change(id, { pending_email: 'x@example.com', pending_email_expires_at: new Date(Date.now() - 1) });
    await auth.db.deleteFrom('user_settings').where('user_id', '=', id).execute();
    const { json } = await admin.call('getUser', { id });
    expect(json.message).toBe('Settings was not created');
    expect(json).not.toHaveProperty('settings');
    expect(json).not.toHaveProperty('pendingEmail');
    expect(await admin.call('getUser', { id: 4_000_000_000 })).toMatchObject({
      status: 404,
      json: { code: 'not_found' },
    });
    for (const bad of ['0', 'x', '1.0', '4294967296']) {
      expect(await admin.call('getUser', { id: bad })).toMatchObject({
        status: 400,
        json: { details: [{ field: 'id' }] },
      });
    }
  });
});

describe('POST /admin/users', () => {
  const person = (given: Record<string, unknown> = {}) => ({
    email: 'Made@Example.com',
    username: 'Made',
    password: 'a password of 1 admin',
    role: 2,
    ...given,
  });
  const create = (body: unknown, headers: Record<string, string> = {}) =>
    admin.call('createUser', { body, headers });

  test('creates an active account that can sign in at once; sends no mail', async () => {
    const answer = await create(person());
    const { id } = answer.json;
    expect(answer).toMatchObject({
      status: 201,
      headers: { location: `/api/v6/admin/users/${id}` },
      json: { id, userId: id, message: expect.any(String) },
    });
    expect((await admin.call('getUser', { id })).json).toMatchObject({
      ...{ email: 'made@example.com', username: 'Made', role: 2, active: true },
      settings: { newWordCount: 20 },
    });
    expect(await mailsOf(auth, id)).toEqual([]);
    const body = { login: 'made', password: 'a password of 1 admin' };
    expect((await auth.call('login', { body })).status).toBe(200);
    const event = await auth.db
      .selectFrom('auth_events')
      .select(['kind', 'actor_id'])
      .where('user_id', '=', id)
      .orderBy('id')
      .executeTakeFirst();
    expect(event).toEqual({ kind: 'user_created', actor_id: admin.id });
  });

  test('takes multipart with a picture, the role as text', async () => {
    const parts = { ...person(), role: '3', avatar: picture('gif') };
    const answer = await admin.call('createUser', await multipart(parts));
    expect(answer.status).toBe(201);
    const { json } = await admin.call('getUser', { id: answer.json.id });
    expect(json).toMatchObject({ role: 3, avatar: expect.stringContaining('/api/v6/media/avatar/') });
    expect((await list('role=3')).json).toContainEqual(expect.objectContaining({ avatar: json.avatar }));
    const bad = await multipart({
      ...person({ email: 'b@x.org', username: 'bbb' }),
      role: '1',
      avatar: Buffer.from('x'),
    });
    expect(await admin.call('createUser', bad)).toMatchObject({ status: 415 });
  });

  test.each([
    [{ role: 0 }, ['role']],
    [{ role: 4 }, ['role']],
    [{ role: '2' }, ['role']],
    [{ role: 1.5 }, ['role']],
    [{ role: null }, ['role']],
    [{ email: 'x', username: 'a', password: 'b' }, ['email', 'username', 'password']],
    [{ username: 'somebody', password: 'SOMEBODY else' }, ['password']],
    [{ password: 'password123' }, ['password']],
  ])('refuses %j', async (given, fields) => {
    const answer = await create(person(given));
    expect(answer).toMatchObject({ status: 400, json: { code: 'validation_failed' } });
    expect(answer.json.details.map(({ field }: { field: string }) => field)).toEqual(fields);
  });

  test('refuses what is taken, the address first', async () => {
    const taken = await auth.createAccount();
    const both = { email: taken.email.toUpperCase(), username: taken.username };
    expect(await create(person(both))).toMatchObject({
      status: 409,
      json: { code: 'email_taken', details: [{ field: 'email' }] },
    });
    expect(await create(person({ username: taken.username.toUpperCase() }))).toMatchObject({
      status: 409,
      json: { code: 'username_taken', details: [{ field: 'username' }] },
    });
  });

  test('a key replays the answer', async () => {
    const headers = { 'idempotency-key': 'create-once' };
    const first = await create(person(), headers);
    expect(await create(person(), headers)).toMatchObject({ status: 201, json: first.json });
    expect(await create(person({ role: 1 }), headers)).toMatchObject({ status: 422 });
  });
});
