import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { picture } from '#functions/auth/testing/multipart.ts';
import { call, type RunningApi, startApi } from './running-api.ts';

let api: RunningApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

const PERSON = { email: 'pictured@example.com', username: 'pictured', password: 'correct horse battery' };

const send = async (method: string, path: string, parts: Record<string, string | Buffer>, token?: string) => {
  const body = new FormData();
  for (const [name, value] of Object.entries(parts)) {
    if (typeof value === 'string') body.append(name, value);
    else body.append(name, new Blob([new Uint8Array(value)]), 'me.png');
  }
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return fetch(`${api.url}/api/v6${path}`, { method, body, headers });
};

/** The bytes behind a link, at the address of the API under test; undefined when there are none. */
const bytesAt = async (url: string): Promise<Buffer | undefined> => {
  const { pathname, search } = new URL(url);
  const answer = await fetch(`${api.url}${pathname}${search}`);
  const bytes = Buffer.from(await answer.arrayBuffer());
  return answer.status === 200 ? bytes : undefined;
};

const isStored = async (bytes: Buffer): Promise<boolean> => {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const rows = await api.db.selectFrom('media_objects').select('size').where('sha256', '=', sha256).execute();
  return rows.length > 0;
};

const until = async (condition: () => Promise<boolean>): Promise<void> => {
  const deadline = Date.now() + 15_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('the condition did not come true');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

it('a picture of a sign-up is shown, replaced and removed byte by byte', async () => {
  const [first, second] = [picture('png', 300_000), picture('webp', 200_000)];
  expect((await send('POST', '/auth/register', { ...PERSON, avatar: first })).status).toBe(201);
  await api.db.updateTable('users').set({ email_verified_at: new Date() }).execute();
  const login = { login: PERSON.username, password: PERSON.password };
  const headers = { 'x-auth-mode': 'token' };
  const { json } = await call(`${api.url}/api/v6/auth/login`, { method: 'POST', headers, body: login });
  const token: string = json.accessToken;
  const shown = async (): Promise<string> => (await call(`${api.url}/api/v6/profile`, { token })).json.avatar;
  const firstUrl = await shown();
  expect((await bytesAt(firstUrl))?.equals(first)).toBe(true);

  const replaced = await send('PUT', '/profile/avatar', { avatar: second }, token);
  expect(await replaced.json()).toEqual({ avatar_url: await shown() });
  expect((await bytesAt(await shown()))?.equals(second)).toBe(true);
  expect(await bytesAt(firstUrl)).toBeUndefined();
  await until(async () => !(await isStored(first)));

  const removed = await call(`${api.url}/api/v6/profile/avatar`, { method: 'DELETE', token });
  expect(removed.status).toBe(204);
  expect(await shown()).toBeUndefined();
  await until(async () => !(await isStored(second)));
});
