/**
 * A client of the API as others would write it, over types that are generated from docs/openapi.json.
 * `npm run check:client` compiles it; it is never run.
 */
import type { components, paths } from 'api';
import createClient from 'openapi-fetch';

type Schemas = components['schemas'];

const client = createClient<paths>({ baseUrl: 'http://localhost:3000', credentials: 'include' });

/** Signs in and keeps the tokens of token mode. */
export const signIn = async (login: string, password: string): Promise<Schemas['SignedInUser']> => {
  const { data, error } = await client.POST('/api/v6/auth/login', {
    params: { header: { 'X-Auth-Mode': 'token' } },
    body: { login, password },
  });
  if (error) {
    if (error.code === 'email_not_verified') throw new Error('Confirm your address first.');
    throw new Error(`${error.error} (${error.requestId})`);
  }
  const { accessToken } = data;
  if (accessToken !== undefined) {
    client.use({
      onRequest: ({ request }) => request.headers.set('Authorization', `Bearer ${accessToken}`),
    });
  }
  return data.user;
};

const ROLE_NAMES: Readonly<Record<Schemas['Role'], string>> = { 1: 'user', 2: 'tutor', 3: 'admin' };

/** What the caller is called. */
export const greeting = async (): Promise<string> => {
  const { data } = await client.GET('/api/v6/profile');
  return data ? `${data.username}, ${ROLE_NAMES[data.role]}` : 'nobody';
};

/** Optional fields may be left out or null; both leave them as they are. */
export const changeProfile = async (email: string, currentPassword: string): Promise<Schemas['Issue'][]> => {
  const { error } = await client.PATCH('/api/v6/profile', {
    body: { email, username: null, currentPassword },
  });
  return error?.details ?? [];
};

const questionOf = (item: Schemas['KanaTestItem']): string => {
  if ('reading' in item) return `Which of ${item.wrongOptions.length + 1} is ${item.reading}?`;
  return 'audioUrl' in item ? item.audioUrl : item.character;
};

/** Draws a test and answers all of it right. */
export const learn = async (type: Schemas['Alphabet'], locale: Schemas['Locale']): Promise<string[]> => {
  const path = { type, testType: 'reading' } as const;
  const drawn = await client.GET('/api/v6/tests/{type}/{testType}', {
    params: { path, query: { locale, count: 10 } },
  });
  const items = drawn.data ?? [];
  const saved = await client.POST('/api/v6/test-results/{type}/{testType}', {
    params: { path, header: { 'Idempotency-Key': 'test-1' } },
    body: { results: items.map(({ id }) => ({ characterId: id, passed: true })) },
  });
  return saved.data?.askForRepeat ? [] : items.map(questionOf);
};

/** Looks through the sessions, page by page. */
export const sessions = async (page: number): Promise<Schemas['Session'][]> => {
  const { data = [], response } = await client.GET('/api/v6/profile/sessions', {
    params: { query: { page } },
  });
  const total = Number(response.headers.get('X-Total-Count'));
  return data.filter(({ current, userAgent }) => !current && userAgent !== undefined).slice(0, total);
};

/** Two operations of one path, each with its own meaning of the parameter. */
export const upload = async (file: string): Promise<Schemas['MediaFile'] | undefined> => {
  const stored = await client.POST('/api/v6/media/{idOrMediaType}', {
    params: { path: { idOrMediaType: 'lesson_audio' satisfies Schemas['MediaType'] } },
    body: { file },
  });
  if (!stored.data) return undefined;
  const { data } = await client.GET('/api/v6/media/{idOrMediaType}', {
    params: { path: { idOrMediaType: stored.data.id } },
  });
  return data;
};

/** A part of a file, unless the copy at hand is current. */
export const download = async (filename: string, etag: string): Promise<Blob | undefined> => {
  const { data } = await client.GET('/api/v6/media/{type}/{filename}', {
    params: {
      path: { type: 'avatar', filename },
      header: { 'If-None-Match': etag, Range: 'bytes=0-1023' },
    },
    parseAs: 'blob',
  });
  return data;
};

/** What the administration does with tasks. */
export const administer = async (): Promise<Schemas['RunLogListItem'][]> => {
  const created = await client.POST('/api/v6/admin/scheduled-tasks', {
    body: { url: 'https://example.com/hook', cron: '@daily' },
  });
  const id: number | undefined = created.data?.id;
  if (id === undefined) return [];
  await client.PATCH('/api/v6/admin/scheduled-tasks/{id}', {
    params: { path: { id } },
    body: { active: false },
  });
  const task: Schemas['ScheduledTask'] | undefined = (
    await client.GET('/api/v6/admin/scheduled-tasks/{id}', { params: { path: { id } } })
  ).data;
  const logs = await client.GET('/api/v6/admin/scheduled-task-logs', {
    params: { query: { ...(task ? { task_id: task.id } : {}), status: 'Failed' } },
  });
  return logs.data ?? [];
};

/** What must not compile: the document is as strict as the server. */
export const refused = (): string => {
  // @ts-expect-error an alphabet that does not exist
  const type: Schemas['Alphabet'] = 'kanji';
  // @ts-expect-error a password is needed
  void client.POST('/api/v6/auth/login', { body: { login: 'hanako' } });
  // @ts-expect-error a page is a number
  void client.GET('/api/v6/profile/sessions', { params: { query: { page: '2' } } });
  // @ts-expect-error no such path
  void client.GET('/api/v6/nothing');
  return type;
};
