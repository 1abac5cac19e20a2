import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Call, call, type RunningApi, startApi } from './running-api.ts';

const TOKEN_MODE = { 'x-auth-mode': 'token' };
const PASSWORD = 'correct horse battery staple';
const NEW_PASSWORD = 'staple battery horse correct';

let api: RunningApi;
beforeAll(async () => {
  api = await startApi({ PASSWORD_RESET_URL: 'https://app.example.com/reset?lang=en' });
});
afterAll(() => api.stop());

const auth = (path: string, body: unknown) =>
  call(`${api.url}/api/v6/auth/${path}`, { method: 'POST', headers: TOKEN_MODE, body });
const profile = (token: string, change: Call = {}) => call(`${api.url}/api/v6/profile`, { token, ...change });
const logIn = (login: string, password: string) => auth('login', { login, password });

/** The links of all mails that an address has got so far, oldest first. */
const linksTo = (recipient: string): URL[] =>
  api.mail.messages
    .filter(({ envelope }) => envelope.to.includes(recipient))
    .flatMap(({ text }) => /https?:[^\s<"\]]+oken=[\w-]{43}/.exec(text ?? '') ?? [])
    .map((link) => new URL(link));

const mailTo = async (recipient: string, count: number): Promise<URL> => {
  await api.mail.waitFor(() => linksTo(recipient).length >= count, 10_000);
  const link = linksTo(recipient)[count - 1];
  if (!link) throw new Error(`no link reached ${recipient}`);
  return link;
};

const register = async (name: string): Promise<void> => {
  const body = { email: `${name}@example.com`, username: name, password: PASSWORD };
  expect((await auth('register', body)).status).toBe(201);
};

it('confirms by a link that was asked for again, resets the password by another', async () => {
  const email = 'hanako@example.com';
  await register('hanako');
  await mailTo(email, 1);
  const again = await auth('resend-verification', { email });
  expect(again.status).toBe(202);
  const link = await mailTo(email, 2);
  const token = link.searchParams.get('validToken');
  expect(await auth('verify-email', { token })).toMatchObject({ status: 200, json: { tokenType: 'Bearer' } });

  const session = await logIn(email, PASSWORD);
  expect((await auth('forgot-password', { email: 'nobody@example.com' })).status).toBe(202);
  expect((await auth('forgot-password', { email })).status).toBe(202);
  const reset = await mailTo(email, 3);
  expect(reset.href).toMatch(/^https:\/\/app\.example\.com\/reset\?lang=en&token=[\w-]{43}$/);
  const body = { token: reset.searchParams.get('token'), password: NEW_PASSWORD };
  expect((await auth('reset-password', body)).status).toBe(204);
  expect((await auth('reset-password', body)).status).toBe(410);
  expect((await profile(session.json.accessToken)).status).toBe(401);
  expect((await logIn(email, PASSWORD)).status).toBe(401);
  expect((await logIn(email, NEW_PASSWORD)).status).toBe(200);
  expect(linksTo('nobody@example.com')).toEqual([]);
});

it('changes the address by the link in the new mailbox and warns the old one', async () => {
  await register('yuki');
  const registration = await mailTo('yuki@example.com', 1);
  const confirmed = await auth('verify-email', { token: registration.searchParams.get('validToken') });
  const { accessToken } = confirmed.json;
  const body = { email: 'snow@example.org', currentPassword: PASSWORD };
  expect((await profile(accessToken, { method: 'PATCH', body })).status).toBe(204);
  const warning = await api.mail.waitFor(
    ({ envelope, text }) =>
      envelope.to.includes('yuki@example.com') && (text ?? '').includes('s***@example.org'),
    10_000,
  );
  expect(warning.text).not.toContain('snow@');
  const link = await mailTo('snow@example.org', 1);
  const page = await call(`${api.url}${link.pathname}${link.search}`, { headers: { accept: 'text/html' } });
  expect(page.status).toBe(200);
  expect((await profile(accessToken)).json).toMatchObject({ email: 'snow@example.org' });
  expect((await logIn('snow@example.org', PASSWORD)).status).toBe(200);
  expect((await logIn('yuki@example.com', PASSWORD)).status).toBe(401);
});

it('never logs passwords, links or addresses of these calls', () => {
  const output = api.output();
  expect(output).toContain('reset-password');
  expect(output).not.toMatch(/staple|oken=|hanako@|snow@/);
});
