import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { storePendingEmail } from '../../accounts/queries/account-updates.ts';
import { bearer, createAdmin, type SignedInAdmin } from '../../testing/admin-test.ts';
import { type AuthHarness, openAuthHarness } from '../../testing/auth-harness.ts';
import { type TestAccount, TOKEN_MODE } from '../../testing/fixtures.ts';
import { mailsOf } from '../../testing/mails.ts';
import { multipart, picture } from '../../testing/multipart.ts';

let auth: AuthHarness;
let admin: SignedInAdmin;
let account: TestAccount;
beforeAll(async () => {
  auth = await openAuthHarness();
});
afterAll(() => auth.close());
beforeEach(async () => {
  await auth.db.deleteFrom('users').execute();
  admin = await createAdmin(auth);
  account = await auth.createAccount();
});

const patch = (body: unknown, id = account.id) => admin.call('updateUser', { id, body });
const stored = async (id = account.id) => (await admin.call('getUser', { id })).json;
const adminEvents = async (id = account.id) => {
  const events = auth.db.selectFrom('auth_events').select('kind').where('user_id', '=', id);
  const rows = await events.where('actor_id', '=', admin.id).orderBy('id').execute();
  return rows.map(({ kind }) => kind);
};
const pend = (id: number) => {
  const expiresAt = new Date(Date.now() + 60_000);
  return storePendingEmail(auth.db, id, { email: 'next@example.com', expiresAt }, auth.now());
};
const expectRevoked = async (tokens: { accessToken: string; refreshToken: string }) => {
  const rejected = { status: 401, json: { code: 'invalid_token' } };
  expect(await auth.call('getProfile', { headers: bearer(tokens) })).toMatchObject(rejected);
  const { refreshToken } = tokens;
  const again = { body: { refreshToken }, headers: TOKEN_MODE };
  expect(await auth.call('refresh', again)).toMatchObject(rejected);
};

describe('what is stored', () => {
  test('one field or all of them, and nothing else', async () => {
    const before = await stored();
    expect(await patch({ username: 'Ｒenamed', password: 'ignored' })).toMatchObject({
      status: 204,
      text: '',
    });
    expect(await stored()).toEqual({ ...before, username: 'Ｒenamed' });
    const settings = {
      newWordCount: 10,
      oldWordCount: 40,
      alphabetLearnCount: 5,
      language: 'ru',
      alphabetRepeat: 'ignore',
      timeZone: 'Asia/Tokyo',
      dayStartsAt: 23,
      desiredRetention: 0.85,
    };
    const all = { username: 'all', email: 'All@Example.com', role: 2, active: true, ...settings };
    expect((await patch(all)).status).toBe(204);
    expect((await patch(all)).status).toBe(204);
    expect(await stored()).toMatchObject({
      ...{ username: 'all', email: 'all@example.com', role: 2, active: true },
      settings,
    });
  });

  test('multipart fields and a picture, which replaces the old one', async () => {
    const parts = { role: '2', active: 'true', desiredRetention: '0.91', dayStartsAt: '0', username: '' };
    const send = async (more: Record<string, string | Buffer>) =>
      admin.call('updateUser', { id: account.id, ...(await multipart(more)) });
    expect((await send({ ...parts, avatar: picture() })).status).toBe(204);
    const first = await stored();
    expect(first).toMatchObject({
      role: 2,
      username: account.username,
      avatar: expect.stringContaining('/avatar/'),
      settings: { dayStartsAt: 0, desiredRetention: 0.91 },
    });
    expect((await send({ avatar: picture('jpg') })).status).toBe(204);
    expect((await stored()).avatar).not.toBe(first.avatar);
    const media = await auth.db.selectFrom('media').select('id').where('type', '=', 'avatar').execute();
    expect(media).toHaveLength(1);
    expect(await send({ avatar: Buffer.from('none') })).toMatchObject({ status: 415 });
    expect(await send({ avatar: picture('png', 5_242_881) })).toMatchObject({ status: 413 });
    expect(await send({ avatar: Buffer.alloc(0) })).toMatchObject({ status: 400 });
  });

  test('creates settings that are missing', async () => {
    await auth.db.deleteFrom('user_settings').where('user_id', '=', account.id).execute();
    expect((await patch({ newWordCount: 11 })).status).toBe(204);
    expect((await stored()).settings).toMatchObject({ newWordCount: 11, oldWordCount: 20 });
  });

  test.each([
    [{}, ''],
    [{ password: 'x' }, ''],
    [{ username: 'a' }, 'username'],
    [{ email: 'x' }, 'email'],
    [{ role: 4 }, 'role'],
    [{ active: 'true' }, 'active'],
    [{ newWordCount: 9 }, 'newWordCount'],
    [{ alphabetRepeat: 'never' }, 'alphabetRepeat'],
    [{ timeZone: 'Mars/Olympus' }, 'timeZone'],
  ])('refuses %j', async (body, field) => {
    expect(await patch(body)).toMatchObject({
      status: 400,
      json: { code: 'validation_failed', details: [{ field }] },
    });
  });

  test('knows nobody else', async () => {
    expect(await patch({ role: 1 }, 4_000_000_000)).toMatchObject({
      status: 404,
      json: { code: 'not_found' },
    });
  });
});

describe('another address', () => {
  test('takes effect at once, spends all links, tells the old address', async () => {
    await pend(account.id);
    const links = await Promise.all(
      (['verify', 'change_email', 'reset'] as const).map((purpose) =>
        auth.createLink({ userId: account.id, purpose, email: account.email }),
      ),
    );
    expect((await patch({ email: 'Hana@Example.org' })).status).toBe(204);
    const after = await stored();
    expect(after).toMatchObject({ email: 'hana@example.org', active: true });
    expect(after).not.toHaveProperty('pendingEmail');
    expect(await mailsOf(auth, account.id)).toEqual([
      { slug: 'email_changed_notice', content: `${account.email};h***@example.org` },
    ]);
    expect(await adminEvents()).toEqual(['email_changed']);
    const open = auth.db.selectFrom('one_time_tokens').select('id').where('spent_at', 'is', null);
    expect(await open.where('user_id', '=', account.id).execute()).toEqual([]);
    expect(links).toHaveLength(3);
  });

  test('of an unverified account is asked to be confirmed', async () => {
    const unverified = await auth.createAccount({ state: 'unverified' });
    expect((await patch({ email: 'fresh@example.org' }, unverified.id)).status).toBe(204);
    expect((await mailsOf(auth, unverified.id)).map(({ slug }) => slug)).toEqual([
      'email_changed_notice',
      'register_template',
    ]);
    const link = auth.db.selectFrom('one_time_tokens').select(['purpose', 'email']);
    expect(await link.where('user_id', '=', unverified.id).execute()).toEqual([
      { purpose: 'verify', email: 'fresh@example.org' },
    ]);
  });

  test('of an account that the call makes active is not', async () => {
    const unverified = await auth.createAccount({ state: 'unverified' });
    expect((await patch({ email: 'sure@example.org', active: true }, unverified.id)).status).toBe(204);
    expect((await mailsOf(auth, unverified.id)).map(({ slug }) => slug)).toEqual(['email_changed_notice']);
    expect(await stored(unverified.id)).toMatchObject({ email: 'sure@example.org', active: true });
  });

  test('that is the stored one changes and mails nothing', async () => {
    await pend(account.id);
    expect((await patch({ email: account.email.toUpperCase() })).status).toBe(204);
    expect(await mailsOf(auth, account.id)).toEqual([]);
    expect((await stored()).pendingEmail).toBe('next@example.com');
    expect(await adminEvents()).toEqual([]);
  });

  test('and another name are refused when taken, the address first, and then nothing changes', async () => {
    const other = await auth.createAccount();
    const before = await stored();
    const email = other.email.toUpperCase();
    const username = other.username.toUpperCase();
    expect(await patch({ username, email, role: 3 })).toMatchObject({
      status: 409,
      json: { code: 'email_taken', details: [{ field: 'email' }] },
    });
    expect(await patch({ username, email: 'free@example.org', newWordCount: 30 })).toMatchObject({
      status: 409,
      json: { code: 'username_taken', details: [{ field: 'username' }] },
    });
    expect(await stored()).toEqual(before);
    expect(await mailsOf(auth, account.id)).toEqual([]);
    expect((await patch({ username: account.username.toUpperCase() })).status).toBe(204);
  });
});

describe('role and state', () => {
  test('another role ends all sessions at once; the same one ends none', async () => {
    const tokens = await auth.logIn(account);
    expect((await patch({ role: 1 })).status).toBe(204);
    expect((await auth.call('getProfile', { headers: bearer(tokens) })).status).toBe(200);
    expect((await patch({ role: 2 })).status).toBe(204);
    await expectRevoked(tokens);
    expect(await adminEvents()).toEqual(['role_changed']);
  });

  test('disabling ends all sessions at once; activating lifts it', async () => {
    const tokens = await auth.logIn(account);
    expect((await patch({ active: false })).status).toBe(204);
    await expectRevoked(tokens);
    expect((await stored()).active).toBe(false);
    expect((await patch({ active: false })).status).toBe(204);
    expect((await patch({ active: true })).status).toBe(204);
    expect((await patch({ active: true })).status).toBe(204);
    await auth.logIn(account);
    expect(await adminEvents()).toEqual(['deactivated', 'activated']);
  });

  test('activating confirms an address; disabling does nothing to an unverified account', async () => {
    const unverified = await auth.createAccount({ state: 'unverified' });
    expect((await patch({ active: false }, unverified.id)).status).toBe(204);
    const row = auth.db.selectFrom('users').select('disabled_at').where('id', '=', unverified.id);
    expect(await row.executeTakeFirst()).toEqual({ disabled_at: null });
    expect((await patch({ active: true }, unverified.id)).status).toBe(204);
    await auth.logIn(unverified);
    expect(await adminEvents(unverified.id)).toEqual(['activated']);
  });

  test('nobody can change their own role or disable themselves; the rest of their own account is free', async () => {
    for (const body of [{ role: 1 }, { role: 2, username: 'mine' }, { active: false }]) {
      expect(await patch(body, admin.id)).toMatchObject({ status: 409, json: { code: 'conflict' } });
    }
    expect((await patch({ role: 3, active: true, username: 'myself' }, admin.id)).status).toBe(204);
    expect(await stored(admin.id)).toMatchObject({ username: 'myself', role: 3 });
  });

  test('another admin can be demoted or disabled', async () => {
    const [second, third] = [await auth.createAccount({ role: 3 }), await auth.createAccount({ role: 3 })];
    expect((await patch({ role: 1 }, second.id)).status).toBe(204);
    expect((await patch({ active: false }, third.id)).status).toBe(204);
  });
});

describe('the repeat task', () => {
  const tasks = () =>
    auth.db.selectFrom('scheduled_tasks').selectAll().where('user_id', '=', account.id).execute();

  test('comes, follows zone and address, and goes as for the user', async () => {
    expect((await patch({ alphabetRepeat: 'repeat', email: 'first@example.org' })).status).toBe(204);
    expect(await tasks()).toMatchObject([{ timezone: 'UTC', content: 'first@example.org' }]);
    expect((await patch({ timeZone: 'Asia/Tokyo', email: 'second@example.org' })).status).toBe(204);
    expect(await tasks()).toMatchObject([{ timezone: 'Asia/Tokyo', content: 'second@example.org' }]);
    expect((await patch({ alphabetRepeat: 'in question' })).status).toBe(204);
    expect(await tasks()).toEqual([]);
  });
});
