import { readFile } from 'node:fs/promises';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { LOCAL_ACCOUNTS } from '#shared/config/local-accounts.ts';
import { type CallAnswer, call, type RunningApi, startApi } from './running-api.ts';

const SOUNDS = 'functions/kana/seed/audio';

let api: RunningApi;
let admin: string;
beforeAll(async () => {
  api = await startApi();
  const [account] = LOCAL_ACCOUNTS.filter(({ role }) => role === 3);
  const login = { login: account?.email, password: account?.password };
  const { json } = await call(`${api.url}/api/v6/auth/login`, {
    method: 'POST',
    body: login,
    headers: { 'x-auth-mode': 'token' },
  });
  admin = json.accessToken;
});
afterAll(() => api.stop());

const get = (path: string, headers: Record<string, string> = {}): Promise<CallAnswer> =>
  call(`${api.url}/api/v6${path}`, { headers });
/** The address of a sound at the API under test. */
const here = (url: string): string => `${api.url}${new URL(url).pathname}`;

it('lists the seeded kana, and every address it names plays', async () => {
  const { status, json } = await get('/characters');
  expect([status, json.length]).toEqual([200, 104]);
  const items: { consonant: string; vowel: string; audioUrl: string }[] = json;
  const answers = await Promise.all(
    items.map(async ({ consonant, vowel, audioUrl }) => {
      const response = await fetch(here(audioUrl));
      const bytes = Buffer.from(await response.arrayBuffer());
      const shipped = await readFile(`${SOUNDS}/${consonant}${vowel}.ogg`);
      return [response.status, response.headers.get('content-type'), bytes.equals(shipped)];
    }),
  );
  expect(answers).toEqual(items.map(() => [200, 'audio/ogg', true]));
});

it('answers 304 with both headers through the gateway, and the literal path wins', async () => {
  const first = await get('/characters/row-column?character=n');
  expect(first.json.map((item: { character: string }) => item.character).join('')).toBe('なにぬねのん');
  const etag = first.headers.get('etag') ?? '';
  const again = await get('/characters/row-column?character=n', { 'if-none-match': `"x", W/${etag}` });
  expect([again.status, again.headers.get('etag'), again.headers.get('cache-control')]).toEqual([
    304,
    etag,
    'public, max-age=300',
  ]);
  const wrong = await call(`${api.url}/api/v6/characters`, { method: 'POST', body: {} });
  expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'GET, HEAD, OPTIONS']);
});

it('gives a character another sound, which plays at once in place of the old one', async () => {
  const before = (await get('/characters/7')).json.audioUrl;
  const form = new FormData();
  form.append('englishReading', 'kii');
  form.append('audio', new Blob([new Uint8Array(await readFile(`${SOUNDS}/ka.ogg`))]), 'ka.ogg');
  const changed = await fetch(`${api.url}/api/v6/admin/characters/7`, {
    method: 'PATCH',
    headers: { authorization: `Bearer ${admin}` },
    body: form,
  });
  expect(changed.status).toBe(204);
  const { json } = await get('/characters/7');
  expect(json).toMatchObject({ id: 7, englishReading: 'kii', hiragana: 'き' });
  const [now, old] = await Promise.all([fetch(here(json.audioUrl)), fetch(here(before))]);
  expect([now.status, old.status]).toEqual([200, 404]);
  expect(Buffer.from(await now.arrayBuffer()).equals(await readFile(`${SOUNDS}/ka.ogg`))).toBe(true);
});

it('shows what another process committed, on the next request', async () => {
  for (const reading of ['kiki', 'ki']) {
    await sql`UPDATE characters SET english_reading = ${reading} WHERE id = 7`.execute(api.db);
    expect((await get('/characters')).json[6].reading).toBe(reading);
  }
});
