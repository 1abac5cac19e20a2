import type { AuthHarness } from '#functions/auth/testing/auth-harness.ts';
import type { SignedIn } from '#functions/auth/testing/fixtures.ts';
import { startUpload } from '../accounts/filling.ts';

/** A request that succeeds when an admin, or a tutor where that suffices, makes it. */
export interface PreparedRequest {
  /** Below `/api/v6`. */
  readonly path: string;
  readonly body?: object;
}

/** Makes what the request needs; `by` is in good standing, `actor` is who will make the request. */
type Prepare = (
  world: AuthHarness,
  by: SignedIn,
  actor: SignedIn,
) => PreparedRequest | Promise<PreparedRequest>;

let made = 0;
const unique = (): string => `w${++made}`;

const create = async (world: AuthHarness, by: SignedIn, path: string, body: object): Promise<string> => {
  const answer = await world.call(`POST ${path}`, { headers: by.headers, body });
  if (answer.status !== 201) throw new Error(`POST ${path} answered ${answer.status}: ${answer.text}`);
  return String(answer.json.id ?? answer.json.uploadId);
};

const newUser = () => {
  const name = unique();
  return { email: `${name}@example.com`, username: `name-${name}`, password: 'a fine pass phrase', role: 1 };
};
const newTemplate = () => ({ slug: unique(), subject_template: 'Subject', body_template: '<p>Hello</p>' });
/** Digits of a number in an alphabet that begins at a code point. */
const letters = (start: number, size: number): string =>
  String.fromCodePoint(start + (made % size), start + (Math.floor(made / size) % size));
const newCharacter = () => {
  made += 1;
  return {
    consonant: `${letters(0x61, 26)}k`,
    vowel: 'a',
    set: 'basic',
    hiragana: letters(0x3041, 80),
    katakana: letters(0x30a1, 80),
    englishReading: 'x',
    russianReading: 'х',
  };
};
const newUpload = () => ({ mediaType: 'lesson_doc', filename: 'a.pdf', size: 5 });

const user = async ({ createAccount }: AuthHarness) => `/admin/users/${(await createAccount()).id}`;
const template = async (world: AuthHarness, by: SignedIn) =>
  `/admin/email-templates/${await create(world, by, '/admin/email-templates', newTemplate())}`;
const character = async (world: AuthHarness, by: SignedIn) =>
  `/admin/characters/${await create(world, by, '/admin/characters', newCharacter())}`;
const immediate = async (world: AuthHarness, by: SignedIn) => {
  const id = await create(world, by, '/admin/email-templates', newTemplate());
  return { template_id: Number(id), content: 'somebody@example.com' };
};
const immediateTask = async (world: AuthHarness, by: SignedIn) => {
  const id = await create(world, by, '/admin/immediate-tasks', await immediate(world, by));
  return `/admin/immediate-tasks/${id}`;
};
const failedTask = async (world: AuthHarness, by: SignedIn) => {
  const path = await immediateTask(world, by);
  await world.call(`PATCH ${path}`, { headers: by.headers, body: { status: 'Failed' } });
  return path;
};
const newSchedule = () => ({ url: `https://example.com/${unique()}`, cron: '0 0 1 1 *' });
const scheduledTask = async (world: AuthHarness, by: SignedIn) =>
  `/admin/scheduled-tasks/${await create(world, by, '/admin/scheduled-tasks', newSchedule())}`;

/** Every unsafe endpoint that a role opens, by its route below `/api/v6`. */
export const ADMIN_REQUESTS: Readonly<Record<string, Prepare>> = {
  'POST /admin/users': () => ({ path: '/admin/users', body: newUser() }),
  'PATCH /admin/users/{id}': async (world) => ({
    path: await user(world),
    body: { username: `name-${unique()}` },
  }),
  'DELETE /admin/users/{id}': async (world) => ({ path: await user(world) }),
  'POST /admin/users/{id}/settings': async (world) => ({ path: `${await user(world)}/settings` }),
  'PATCH /admin/users/{id}/password': async (world) => ({
    path: `${await user(world)}/password`,
    body: { password: 'a fine pass phrase' },
  }),
  'POST /admin/tasks/schedule-token-cleaning': () => ({ path: '/admin/tasks/schedule-token-cleaning' }),
  'POST /admin/email-templates': () => ({ path: '/admin/email-templates', body: newTemplate() }),
  'PATCH /admin/email-templates/{id}': async (world, by) => ({
    path: await template(world, by),
    body: { subject_template: 'Another' },
  }),
  'DELETE /admin/email-templates/{id}': async (world, by) => ({ path: await template(world, by) }),
  'POST /admin/immediate-tasks': async (world, by) => ({
    path: '/admin/immediate-tasks',
    body: await immediate(world, by),
  }),
  'POST /admin/immediate-tasks/retry': async (world, by) => {
    await failedTask(world, by);
    return { path: '/admin/immediate-tasks/retry', body: { status: 'Failed' } };
  },
  'PATCH /admin/immediate-tasks/{id}': async (world, by) => ({
    path: await immediateTask(world, by),
    body: { status: 'Failed' },
  }),
  'DELETE /admin/immediate-tasks/{id}': async (world, by) => ({ path: await immediateTask(world, by) }),
  'POST /admin/immediate-tasks/{id}/retry': async (world, by) => ({
    path: `${await failedTask(world, by)}/retry`,
  }),
  'POST /admin/scheduled-tasks': () => ({ path: '/admin/scheduled-tasks', body: newSchedule() }),
  'PATCH /admin/scheduled-tasks/{id}': async (world, by) => ({
    path: await scheduledTask(world, by),
    body: { cron: '0 0 2 2 *' },
  }),
  'DELETE /admin/scheduled-tasks/{id}': async (world, by) => ({ path: await scheduledTask(world, by) }),
  'POST /admin/scheduled-tasks/{id}/run': async (world, by) => ({
    path: `${await scheduledTask(world, by)}/run`,
  }),
  'POST /admin/characters': () => ({ path: '/admin/characters', body: newCharacter() }),
  'PATCH /admin/characters/{id}': async (world, by) => ({
    path: await character(world, by),
    body: { englishReading: 'y' },
  }),
  'DELETE /admin/characters/{id}': async (world, by) => ({ path: await character(world, by) }),
  'POST /media/uploads': () => ({ path: '/media/uploads', body: newUpload() }),
  'POST /media/uploads/{uploadId}/complete': async (world, _by, actor) => ({
    path: `/media/uploads/${await startUpload(world, actor)}/complete`,
  }),
};

/** Unsafe by their verb, but nothing is changed that a transaction could protect. */
export const CHANGE_NOTHING: ReadonlySet<string> = new Set(['POST /admin/email-templates/{id}/preview']);
