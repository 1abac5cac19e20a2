import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, type RunningApi, startApi } from './running-api.ts';

const TOKEN_MODE = { 'x-auth-mode': 'token' };
const PASSWORD = 'correct horse battery staple';

/** Registers, follows the link of the mail, and returns the link. */
const register = (api: RunningApi, name: string) =>
  call(`${api.url}/api/v6/auth/register`, {
    method: 'POST',
    body: { email: `${name}@example.com`, username: name, password: PASSWORD },
  });

const linkInMail = async (api: RunningApi, name: string, timeoutMs = 5_000): Promise<URL> => {
  const mail = await api.mail.waitFor(
    ({ envelope }) => envelope.to.includes(`${name}@example.com`),
    timeoutMs,
  );
  const [link] = /http[^\s<"]+validToken=[\w-]{43}/.exec(mail.text ?? '') ?? [];
  expect(link).toBeDefined();
  return new URL(link ?? '');
};

const follow = (api: RunningApi, link: URL) => call(`${api.url}${link.pathname}${link.search}`);

const login = (api: RunningApi, name: string) =>
  call(`${api.url}/api/v6/auth/login`, {
    method: 'POST',
    headers: TOKEN_MODE,
    body: { login: `${name}@example.com`, password: PASSWORD },
  });

describe('the first journey', () => {
  let api: RunningApi;
  beforeAll(async () => {
    api = await startApi();
  });
  afterAll(() => api.stop());

  it('goes from registration by mail to the profile, a fresh token and out again', async () => {
    const registered = await register(api, 'hanako');
    expect(registered.status).toBe(201);
    expect(registered.headers.get('location')).toBe('/api/v6/profile');
    expect(await login(api, 'hanako')).toMatchObject({ status: 403, json: { code: 'email_not_verified' } });

    const link = await linkInMail(api, 'hanako');
    expect((await follow(api, link)).status).toBe(200);
    expect(await follow(api, link)).toMatchObject({ status: 409, json: { code: 'already_verified' } });

    const tokens = await login(api, 'hanako');
    expect(tokens).toMatchObject({ status: 200, json: { tokenType: 'Bearer', expiresIn: 900 } });
    const profile = await call(`${api.url}/api/v6/profile`, { token: tokens.json.accessToken });
    expect(profile.json).toMatchObject({
      id: registered.json.id,
      username: 'hanako',
      email: 'hanako@example.com',
      role: 1,
      active: true,
    });

    const refreshed = await call(`${api.url}/api/v6/auth/refresh`, {
      method: 'POST',
      headers: TOKEN_MODE,
      body: { refreshToken: tokens.json.refreshToken },
    });
    expect(refreshed.status).toBe(200);
    expect(refreshed.json.refreshToken).not.toBe(tokens.json.refreshToken);

    const out = await call(`${api.url}/api/v6/auth/logout`, {
      method: 'POST',
      headers: TOKEN_MODE,
      token: refreshed.json.accessToken,
    });
    expect(out.status).toBe(204);
    const after = await call(`${api.url}/api/v6/profile`, { token: refreshed.json.accessToken });
    expect(after).toMatchObject({ status: 401, json: { code: 'invalid_token' } });
    const late = await call(`${api.url}/api/v6/auth/refresh`, {
      method: 'POST',
      headers: TOKEN_MODE,
      body: { refreshToken: refreshed.json.refreshToken },
    });
    expect(late).toMatchObject({ status: 401, json: { code: 'invalid_token' } });
  });

  it('sends one mail for a registration, and answers like a mirror to a replayed one', async () => {
    const body = { email: 'taro@example.com', username: 'taro', password: PASSWORD };
    const headers = { 'idempotency-key': 'register-taro' };
    const first = await call(`${api.url}/api/v6/auth/register`, { method: 'POST', body, headers });
    const again = await call(`${api.url}/api/v6/auth/register`, { method: 'POST', body, headers });
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(again.json).toEqual(first.json);
    await linkInMail(api, 'taro');
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(api.mail.messages.filter(({ envelope }) => envelope.to.includes('taro@example.com'))).toHaveLength(
      1,
    );
  });

  it('leaves no password, token or link in the log', async () => {
    expect(api.output()).toContain('"route":"POST /api/v6/auth/register"');
    expect(api.output()).not.toContain(PASSWORD);
    expect(api.output()).not.toMatch(/validToken|eyJ|hanako@example\.com/);
  });
});
