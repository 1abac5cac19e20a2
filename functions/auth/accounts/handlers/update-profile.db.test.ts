import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AuthHarness, openAuthHarness } from '../../testing/auth-harness.ts';
import { PASSWORD, type TestAccount } from '../../testing/fixtures.ts';
import { mailsOf } from '../../testing/mails.ts';

let auth: AuthHarness;
beforeAll(async () => {
  auth = await openAuthHarness({ INTERNAL_BASE_URL: 'http://localhost:3000' });
});
afterAll(() => auth.close());

let addresses = 0;
const newAddress = () => `fresh${++addresses}@example.org`;

/** A signed-in account and the calls that it makes. */
const signedIn = async (test = auth) => {
  const account = await test.createAccount();
  const { accessToken } = await test.logIn(account);
  const headers = { authorization: `Bearer ${accessToken}` };
  return {
    ...account,
    headers,
    update: (body: unknown) => test.call('updateProfile', { body, headers }),
    profile: async () => (await test.call('getProfile', { headers })).json,
  };
};

const linksOf = ({ id }: Pick<TestAccount, 'id'>) =>
  auth.db.selectFrom('one_time_tokens').selectAll().where('user_id', '=', id).orderBy('id').execute();

const follow = (userId: number, email: string) =>
  auth
    .createLink({ userId, purpose: 'change_email', email })
    .then((token) => auth.call('verifyEmail', { body: { token } }));

describe('the username', () => {
  test('takes effect at once, as it is typed', async () => {
    const user = await signedIn();
    expect(await user.update({ username: ' Ｈana_ko ' })).toMatchObject({ status: 204, text: '' });
    expect((await user.profile()).username).toBe('Ｈana_ko');
    const login = await auth.call('login', { body: { login: 'hana_ko', password: PASSWORD } });
    expect(login.status).toBe(200);
  });

  test('may be one’s own again, or in another spelling, but never somebody else’s', async () => {
    const [user, other] = [await signedIn(), await signedIn()];
    expect((await user.update({ username: user.username })).status).toBe(204);
    expect((await user.update({ username: user.username.toUpperCase() })).status).toBe(204);
    const answer = await user.update({ username: other.username.toUpperCase() });
    expect(answer).toMatchObject({
      status: 409,
      json: { code: 'username_taken', details: [{ field: 'username', code: 'username_taken' }] },
    });
  });
});

describe('the address', () => {
  test('waits until its link is used; both addresses get their mail', async () => {
    const user = await signedIn();
    const email = newAddress();
    const answer = await user.update({ email: email.toUpperCase(), currentPassword: PASSWORD });
    expect(answer.status).toBe(204);
    expect(answer.headers['ratelimit']).toBe(
      '"login-account-network";r=10;t=900, "login-network";r=100;t=900, "email-change";r=4;t=3600',
    );
    expect(await user.profile()).toMatchObject({ email: user.email, pendingEmail: email });
    const [link] = await linksOf(user);
    expect(link).toMatchObject({ purpose: 'change_email', email, used_at: null });
    expect((link?.expires_at.getTime() ?? 0) - (link?.created_at.getTime() ?? 0)).toBe(86_400_000);
    const mails = await mailsOf(auth, user.id);
    expect(mails.map(({ slug }) => slug)).toEqual(['email_verification', 'email_changed_notice']);
    expect(mails[0]?.content.startsWith(email)).toBe(true);
    expect(mails[1]?.content).toContain(user.email);
    expect(mails[1]?.content).toContain('f***@example.org');
    expect(mails[1]?.content).not.toContain(email);
    expect(await auth.eventKinds(user.id)).toEqual(['login_ok', 'email_change_requested']);
    const logins = [user.email, email].map((login) =>
      auth.call('login', { body: { login, password: PASSWORD } }),
    );
    expect((await Promise.all(logins)).map(({ status }) => status)).toEqual([200, 401]);
  });

  test('becomes the stored one with its link, and takes the repeat task along', async () => {
    const user = await signedIn();
    const flag = await auth.call('setRepeatFlag', { headers: user.headers, body: { flag: 'repeat' } });
    expect(flag.status).toBe(204);
    const email = newAddress();
    await user.update({ email, currentPassword: PASSWORD });
    expect((await follow(user.id, email)).status).toBe(200);
    const profile = await user.profile();
    expect(profile.email).toBe(email);
    expect(profile).not.toHaveProperty('pendingEmail');
    const tasks = await auth.db
      .selectFrom('scheduled_tasks')
      .select('content')
      .where('user_id', '=', user.id)
      .execute();
    expect(tasks).toEqual([{ content: email }]);
  });

  test('replaces one that waits; the link of the earlier one is worth nothing then', async () => {
    const user = await signedIn();
    const [earlier, later] = [newAddress(), newAddress()];
    await user.update({ email: earlier, currentPassword: PASSWORD });
    await user.update({ email: later, currentPassword: PASSWORD });
    expect((await user.profile()).pendingEmail).toBe(later);
    expect((await follow(user.id, earlier)).json.code).toBe('invalid_verification_token');
  });

  test('that waits already is mailed again and waits another 24 hours', async () => {
    const user = await signedIn();
    const email = newAddress();
    await user.update({ email, currentPassword: PASSWORD });
    const soon = { pending_email_expires_at: new Date(Date.now() + 60_000) };
    await auth.db.updateTable('users').set(soon).where('id', '=', user.id).execute();
    expect((await user.update({ email, currentPassword: PASSWORD })).status).toBe(204);
    const row = await auth.db
      .selectFrom('users')
      .select('pending_email_expires_at')
      .where('id', '=', user.id)
      .executeTakeFirstOrThrow();
    expect(row.pending_email_expires_at?.getTime()).toBeGreaterThan(Date.now() + 86_000_000);
    const links = await linksOf(user);
    expect(links.map((link) => [link.email, link.spent_at])).toEqual([
      [email, null],
      [email, null],
    ]);
  });

  test('the stored one needs no password and drops the one that waits', async () => {
    const user = await signedIn();
    await user.update({ email: newAddress(), currentPassword: PASSWORD });
    expect((await user.update({ email: user.email, currentPassword: 'wrong' })).status).toBe(204);
    expect(await user.profile()).not.toHaveProperty('pendingEmail');
    expect(await mailsOf(auth, user.id)).toHaveLength(2);
  });

  test('a pending address is nobody’s: two may wait for it, and the first link wins', async () => {
    const [one, two] = [await signedIn(), await signedIn()];
    const email = newAddress();
    for (const user of [one, two]) {
      expect((await user.update({ email, currentPassword: PASSWORD })).status).toBe(204);
    }
    expect((await follow(two.id, email)).status).toBe(200);
    expect(await follow(one.id, email)).toMatchObject({ status: 409, json: { code: 'email_taken' } });
    expect(await one.profile()).not.toHaveProperty('pendingEmail');
  });
});

describe('refusals', () => {
  test('are in the order password, address, name, and leave everything as it was', async () => {
    const [user, other] = [await signedIn(), await signedIn()];
    const body = { email: other.email, username: other.username };
    expect(await user.update(body)).toMatchObject({
      status: 400,
      json: { code: 'validation_failed', details: [{ field: 'currentPassword', code: 'required' }] },
    });
    expect(await user.update({ ...body, currentPassword: 'wrong' })).toMatchObject({
      status: 401,
      json: { code: 'invalid_credentials' },
    });
    expect(await user.update({ ...body, currentPassword: PASSWORD })).toMatchObject({
      status: 409,
      json: { code: 'email_taken', details: [{ field: 'email', code: 'email_taken' }] },
    });
    const mixed = { email: newAddress(), username: other.username, currentPassword: PASSWORD };
    expect(await user.update(mixed)).toMatchObject({ status: 409, json: { code: 'username_taken' } });
    expect(await user.profile()).toMatchObject({ username: user.username, email: user.email });
    expect(await user.profile()).not.toHaveProperty('pendingEmail');
    expect(await mailsOf(auth, user.id)).toEqual([]);
    expect(await linksOf(user)).toEqual([]);
  });

  test.each([
    [{}, ['']],
    [{ currentPassword: PASSWORD }, ['']],
    [{ unknown: 1 }, ['']],
    [{ username: 'ab', email: 'x' }, ['username', 'email']],
    [{ username: 'good_name', currentPassword: '' }, ['currentPassword']],
  ])('%j is 400', async (body, fields) => {
    const user = await signedIn();
    const answer = await user.update(body);
    expect(answer).toMatchObject({ status: 400, json: { code: 'validation_failed' } });
    expect(answer.json.details.map(({ field }: { field: string }) => field)).toEqual(fields);
  });

  test('guard: nobody and a bad token', async () => {
    const body = { username: 'someone_new' };
    expect((await auth.call('updateProfile', { body })).json.code).toBe('unauthenticated');
    const headers = { authorization: 'Bearer nonsense' };
    expect((await auth.call('updateProfile', { body, headers })).json.code).toBe('invalid_token');
  });

  test('more than five calls for another address are 429, whatever became of them', async () => {
    const [user, other] = [await signedIn(), await signedIn()];
    const bodies = [
      { email: newAddress(), currentPassword: PASSWORD },
      { email: other.email, currentPassword: PASSWORD },
      { email: newAddress() },
      { email: newAddress(), currentPassword: 'wrong' },
      { email: newAddress(), currentPassword: PASSWORD },
    ];
    const statuses = [];
    for (const body of bodies) statuses.push((await user.update(body)).status);
    expect(statuses).toEqual([204, 409, 400, 401, 204]);
    const refused = await user.update({ email: newAddress(), currentPassword: 'wrong' });
    expect(refused).toMatchObject({ status: 429, json: { code: 'rate_limited' } });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(3_500);
    // What needs no password goes on, and the password was not looked at.
    expect((await user.update({ username: `${user.username}_x`, email: user.email })).status).toBe(204);
    const kinds = await auth.eventKinds(user.id);
    expect(kinds.filter((kind) => kind === 'login_failed')).toHaveLength(1);
    expect((await other.update({ email: newAddress(), currentPassword: PASSWORD })).status).toBe(204);
  });

  test('of two limits that are reached the longest rest counts', async () => {
    const limited = await openAuthHarness({
      AUTH_LIMIT_EMAIL_CHANGE: '2/1h',
      AUTH_LIMIT_LOGIN_ACCOUNT_NETWORK: '2/2h',
    });
    const user = await signedIn(limited);
    const wrong = { email: newAddress(), currentPassword: 'wrong' };
    for (let index = 0; index < 2; index++) expect((await user.update(wrong)).status).toBe(401);
    const refused = await user.update(wrong);
    expect(refused.status).toBe(429);
    expect(refused.headers['ratelimit']).toMatch(/"email-change";r=0.*"login-account-network";r=0/);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(7_000);
    await limited.close();
  });
});
