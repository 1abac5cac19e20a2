import { randomBytes } from 'node:crypto';
import { expect } from 'vitest';
import type { KeyedHarness, KeyedRequest } from './keyed-harness.ts';

/** How to call an endpoint the nth time, with success at least once. */
export type Recipe = (index: number) => KeyedRequest & { readonly path?: string };

const pdf = (): Buffer =>
  Buffer.concat([
    Buffer.from('%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n', 'latin1'),
    randomBytes(40),
    Buffer.from('\n%%EOF\n'),
  ]);

const form = (bytes: Buffer): FormData => {
  const body = new FormData();
  body.append('file', new Blob([new Uint8Array(bytes)]), 'lesson.pdf');
  return body;
};

/** An upload whose bytes have been received; returns its id. */
export const receivedUpload = async ({ send, callers }: KeyedHarness): Promise<string> => {
  const bytes = pdf();
  const body = { mediaType: 'lesson_doc', filename: 'lesson.pdf', size: bytes.length };
  const { json } = await send('POST', '/media/uploads', { headers: callers.service, body });
  const { pathname, search } = new URL(json.uploadUrl);
  const headers = { 'content-type': 'application/octet-stream' };
  const sent = await send('PUT', `${pathname.replace('/api/v6', '')}${search}`, { headers, bytes });
  expect(sent.status).toBe(204);
  return json.uploadId as string;
};

const kana = (first: number, index: number): string =>
  String.fromCodePoint(first + Math.floor(index / 80), first + (index % 80));

/** A person who has not registered yet. */
export const newPerson = () => {
  const name = `p${randomBytes(6).toString('hex')}`;
  return { email: `${name}@example.com`, username: name, password: 'correct horse battery staple' };
};

/** How to call each endpoint that takes an `Idempotency-Key`; one that is missing here fails the test. */
export const recipesIn = async (world: KeyedHarness): Promise<Readonly<Record<string, Recipe>>> => {
  const { send, callers, learnerId } = world;
  const { user, admin, service } = callers;
  const content = 'someone@example.com;link';
  const mail = { email_slug: 'register_template', user_id: 0, content };
  const { json: immediate } = await send('POST', '/tasks/immediate', { headers: service, body: mail });
  await world.db
    .updateTable('immediate_tasks')
    .set({ status: 'Failed' })
    .where('id', '=', immediate.id)
    .execute();
  const schedule = { cron: '0 3 * * *', timezone: 'UTC' };
  const url = (name: string) => `${world.config.INTERNAL_BASE_URL}/api/v6/tokens/clean?${name}`;
  const { json: scheduled } = await send('POST', '/tasks/scheduled', {
    headers: service,
    body: { ...schedule, url: url('run') },
  });
  const { id: templateId } = await world.db
    .selectFrom('email_templates')
    .select('id')
    .where('slug', '=', 'register_template')
    .executeTakeFirstOrThrow();
  const characters = [{ characterId: 1, passed: true }];
  const uploadId = await receivedUpload(world);
  const character = (index: number) => ({
    consonant: `x${String.fromCharCode(97 + (index % 26), 97 + Math.floor(index / 26))}`,
    vowel: 'a',
    set: 'basic',
    hiragana: kana(0x3041, index),
    katakana: kana(0x30a1, index),
    englishReading: 'xa',
    russianReading: 'ха',
  });
  const first = await send('POST', '/admin/characters', { headers: admin, body: character(500) });
  characters[0] = { characterId: first.json.id, passed: true };
  return {
    '/auth/register': () => ({ body: newPerson() }),
    '/auth/resend-verification': () => ({ body: { email: newPerson().email } }),
    '/auth/forgot-password': () => ({ body: { email: newPerson().email } }),
    '/admin/users': () => ({ headers: admin, body: { ...newPerson(), role: 1 } }),
    '/admin/users/{id}/settings': () => ({ headers: admin, path: `/admin/users/${learnerId}/settings` }),
    '/admin/tasks/schedule-token-cleaning': () => ({ headers: admin }),
    '/tasks/immediate': () => ({ headers: service, body: mail }),
    '/tasks/scheduled': (index) => ({ headers: service, body: { ...schedule, url: url(`task=${index}`) } }),
    '/admin/immediate-tasks': () => ({
      headers: admin,
      body: { template_id: templateId, user_id: 0, content },
    }),
    '/admin/immediate-tasks/retry': () => ({ headers: admin, body: { status: 'Failed' } }),
    '/admin/immediate-tasks/{id}/retry': () => ({
      headers: admin,
      path: `/admin/immediate-tasks/${immediate.id}/retry`,
    }),
    '/admin/scheduled-tasks': (index) => ({
      headers: admin,
      body: { ...schedule, url: url(`admin=${index}`) },
    }),
    '/admin/scheduled-tasks/{id}/run': () => ({
      headers: admin,
      path: `/admin/scheduled-tasks/${scheduled.id}/run`,
    }),
    '/admin/email-templates': (index) => ({
      headers: admin,
      body: { slug: `slug_${index}`, subject_template: 'Hello', body_template: '<p>Hello</p>' },
    }),
    '/media/{mediaType}': () => ({ headers: service, path: '/media/lesson_doc', form: form(pdf()) }),
    '/media/uploads': () => ({
      headers: service,
      body: { mediaType: 'lesson_doc', filename: 'lesson.pdf', size: 100 },
    }),
    '/media/uploads/{uploadId}/complete': () => ({
      headers: service,
      path: `/media/uploads/${uploadId}/complete`,
    }),
    '/admin/characters': (index) => ({ headers: admin, body: character(index) }),
    '/test-results/{type}/{testType}': () => ({
      headers: user,
      path: '/test-results/hiragana/reading',
      body: { results: characters },
    }),
  };
};
