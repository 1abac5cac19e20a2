import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CallAnswer, call, type RunningApi, startApi } from './running-api.ts';

const FIRST = 'correct horse battery staple';
const SECOND = 'a second fine pass phrase';
const THIRD = 'the third one of them all';
const TOKEN_MODE = { 'x-auth-mode': 'token' };

let api: RunningApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

const send = (method: string, path: string, body?: object, token?: string): Promise<CallAnswer> =>
  call(`${api.url}/api/v6${path}`, {
    method,
    headers: TOKEN_MODE,
    ...(body === undefined ? {} : { body }),
    ...(token === undefined ? {} : { token }),
  });
const logIn = async (
  login: string,
  password: string,
): Promise<Record<'accessToken' | 'refreshToken', string>> => {
  const answer = await send('POST', '/auth/login', { login, password });
  expect(answer.status, login).toBe(200);
  return answer.json;
};
const statusOf = async (token: string): Promise<number> =>
  (await send('GET', '/profile', undefined, token)).status;

/** The token of the link in the next mail to an address after the given number of mails. */
const tokenInMail = async (address: string, after: number): Promise<string> => {
  const mail = await api.mail.waitFor(
    (each) => each.envelope.to.includes(address) && api.mail.messages.indexOf(each) >= after,
    10_000,
  );
  const [, token = ''] = /[?&](?:validToken|token)=([\w-]{43})/.exec(mail.text ?? '') ?? [];
  expect(token).not.toBe('');
  return token;
};

describe('a life of an account', () => {
  const email = 'yuki@example.com';
  const changed = 'yuki.new@example.org';

  it('signs up by a link that also signs in', async () => {
    const body = { email, username: 'yuki', password: FIRST };
    expect((await send('POST', '/auth/register', body)).status).toBe(201);
    const token = await tokenInMail(email, 0);
    const answer = await send('POST', '/auth/verify-email', { token });
    expect(answer).toMatchObject({ status: 200, json: { user: { username: 'yuki' } } });
    expect(await statusOf(answer.json.accessToken)).toBe(200);
  });

  it('forgets the password, sets another by a link, and every session is over', async () => {
    const before = await logIn(email, FIRST);
    const mails = api.mail.messages.length;
    expect((await send('POST', '/auth/forgot-password', { email })).status).toBe(202);
    const token = await tokenInMail(email, mails);
    expect((await send('POST', '/auth/reset-password', { token, password: SECOND })).status).toBe(204);
    expect((await send('POST', '/auth/reset-password', { token, password: THIRD })).status).toBe(410);
    expect(await statusOf(before.accessToken)).toBe(401);
    expect((await send('POST', '/auth/login', { login: email, password: FIRST })).status).toBe(401);
    await logIn(email, SECOND);
  });

  it('moves to another address, which the old one is told', async () => {
    const { accessToken } = await logIn(email, SECOND);
    const mails = api.mail.messages.length;
    const body = { email: changed, currentPassword: SECOND };
    expect((await send('PATCH', '/profile', body, accessToken)).status).toBe(204);
    expect((await send('GET', '/profile', undefined, accessToken)).json.pendingEmail).toBe(changed);
    const token = await tokenInMail(changed, mails);
    const notice = await api.mail.waitFor(
      (mail) => api.mail.messages.indexOf(mail) >= mails && mail.envelope.to.includes(email),
      10_000,
    );
    expect(notice.text).not.toContain(token);
    expect((await send('POST', '/auth/verify-email', { token })).json).not.toHaveProperty('accessToken');
    expect((await send('GET', '/profile', undefined, accessToken)).json.email).toBe(changed);
  });

  it('changes the password from one session, and keeps that one alone', async () => {
    const [here, there] = [await logIn('yuki', SECOND), await logIn('yuki', SECOND)];
    const body = { currentPassword: SECOND, password: THIRD };
    expect((await send('PUT', '/profile/password', body, here.accessToken)).status).toBe(204);
    expect([await statusOf(here.accessToken), await statusOf(there.accessToken)]).toEqual([200, 401]);
    const { json } = await send('POST', '/auth/refresh', { refreshToken: here.refreshToken });
    expect(await statusOf(json.accessToken)).toBe(200);
  });

  it('is exported, without a secret', async () => {
    const { accessToken } = await logIn('yuki', THIRD);
    const answer = await send('GET', '/profile/export', undefined, accessToken);
    expect(answer.headers.get('content-disposition')).toMatch(
      /^attachment; filename="japanesestudent-\d+-\d{8}\.json"$/,
    );
    expect(answer.json.links.map(({ purpose }: { purpose: string }) => purpose)).toEqual([
      'verify',
      'reset',
      'change_email',
    ]);
    expect(answer.json.tasks.immediateTasks.length).toBeGreaterThan(2);
    expect(JSON.stringify(answer.json)).not.toMatch(/validToken=|[?&]token=/);
  });

  it('is erased with everything, and its name is free at once', async () => {
    const [here, there] = [await logIn('yuki', THIRD), await logIn('yuki', THIRD)];
    const wrong = await send('DELETE', '/profile', { password: SECOND }, here.accessToken);
    expect(wrong).toMatchObject({ status: 401, json: { code: 'invalid_credentials' } });
    expect((await send('DELETE', '/profile', { password: THIRD }, here.accessToken)).status).toBe(204);
    expect([await statusOf(here.accessToken), await statusOf(there.accessToken)]).toEqual([401, 401]);
    const body = { email: changed, username: 'yuki', password: FIRST };
    expect((await send('POST', '/auth/register', body)).status).toBe(201);
  });
});

describe('an administrator', () => {
  it('creates an account, sets its password, changes its role, disables and erases it', async () => {
    const admin = (await logIn('admin@example.com', 'japanese-student-local')).accessToken;
    const body = { email: 'sensei@example.com', username: 'sensei', password: FIRST, role: 2 };
    const created = await send('POST', '/admin/users', body, admin);
    expect(created.status).toBe(201);
    const path = `/admin/users/${created.json.id}`;
    const changes: [string, string, object | undefined][] = [
      ['PATCH', '/password', { password: SECOND }],
      ['PATCH', '', { role: 1 }],
      ['PATCH', '', { active: false }],
      ['PATCH', '', { active: true }],
      ['DELETE', '', undefined],
    ];
    let password = FIRST;
    for (const [method, suffix, change] of changes) {
      const { accessToken } = await logIn('sensei', password).catch(() => ({ accessToken: '' }));
      expect((await send(method, path + suffix, change, admin)).status, `${method} ${suffix}`).toBe(204);
      if (suffix === '/password') password = SECOND;
      expect(await statusOf(accessToken)).toBe(401);
    }
    const again = await send('POST', '/auth/login', { login: 'sensei', password });
    expect(again.status).toBe(401);
    // What stays is looked through at the end of the suite: an account with a password that an admin has set.
    const kept = await send('POST', '/admin/users', body, admin);
    expect(kept.status).toBe(201);
    const set = await send('PATCH', `/admin/users/${kept.json.id}/password`, { password: THIRD }, admin);
    expect(set.status).toBe(204);
    await logIn('sensei', THIRD);
  });
});
