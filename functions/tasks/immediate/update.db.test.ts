import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readContent } from '../content/content-storage.ts';
import {
  type AdminEndpoint,
  openTaskAdminHarness,
  type TaskAdminHarness,
} from '../testing/task-admin-harness.ts';
import { newRecipient } from '../testing/task-harness.ts';

let world: TaskAdminHarness;
let patch: (id: number, body: unknown) => ReturnType<AdminEndpoint>;
let show: AdminEndpoint;
beforeAll(async () => {
  world = await openTaskAdminHarness({ SMTP_SEND_TIMEOUT_MS: '2000' });
  const endpoint = world.endpoint('updateImmediateTask');
  patch = (id, body) => endpoint({ id, body });
  show = world.endpoint('getImmediateTask');
});
afterAll(() => world.close());

const first = (id: number) => ({ id, round: 1, attempt: 1 });
const SLOW = 'slow@example.com';
const shown = async (id: number) => (await show({ id })).json;
const contentOf = async (id: number) => {
  const { content, is_sensitive } = await world.task(id);
  return readContent({ content, sensitive: is_sensitive === 1 }, world.resources.config);
};

/** A task whose worker waits for the mail server; `finish` lets it go on. */
const startHeld = async () => {
  let release: (() => void) | undefined;
  world.sink.behave((_, address) => (address === SLOW ? 'hang' : 'accept'));
  const id = await world.create({ recipient: SLOW });
  const working = world.work([first(id)]);
  await expect.poll(async () => (await world.task(id)).attempts).toBe(1);
  release = () => world.sink.behave(() => 'accept');
  return {
    id,
    finish: async () => {
      release?.();
      await working;
    },
  };
};

describe('fields', () => {
  test('change what is sent and nothing else', async () => {
    const id = await world.create();
    const before = await world.task(id);
    expect((await patch(id, { user_id: 0 })).status).toBe(204);
    const { updated_at: _old, ...rest } = before;
    expect(await world.task(id)).toMatchObject({ ...rest, user_id: 0 });
    expect((await patch(id, { error: 'looked at it' })).status).toBe(204);
    expect(await shown(id)).toMatchObject({ error: 'looked at it', status: 'Enqueued' });
    expect((await patch(id, { error: '' })).status).toBe(204);
    expect(await shown(id)).not.toHaveProperty('error');
  });

  test('new content is sealed or clear, as its template says', async () => {
    const id = await world.create();
    const [one, two] = [newRecipient(), newRecipient()];
    await patch(id, { content: `${one};x;y` });
    expect(await contentOf(id)).toBe(`${one};x;y`);
    expect((await world.task(id)).content).not.toContain(one);
    await patch(id, { content: `${two};x`, template_id: await world.createTemplate({ sensitive: false }) });
    expect(await world.task(id)).toMatchObject({ content: `${two};x`, is_sensitive: 0 });
    await world.work([first(id)]);
    expect(world.mailsTo(two)).toHaveLength(1);
  });

  test('another template alone can only turn secrecy on', async () => {
    const id = await world.create();
    await patch(id, { template_id: await world.createTemplate({ sensitive: false }) });
    expect(await world.task(id)).toMatchObject({ is_sensitive: 1 });
    const clear = await world.create({ slug: 'email_changed_notice', variables: ['h***'] });
    await patch(clear, { template_id: 1 });
    const { content, is_sensitive } = await world.task(clear);
    expect([is_sensitive, content]).toEqual([1, expect.not.stringContaining('h***')]);
    expect(await contentOf(clear)).toMatch(/;h\*\*\*$/);
  });

  test.each([
    [{}, ''],
    [{ id: 7 }, ''],
    [{ user_id: -1 }, 'user_id'],
    [{ template_id: 0 }, 'template_id'],
    [{ template_id: 2_000_000_000 }, 'template_id'],
    [{ content: '' }, 'content'],
    [{ content: 'ann' }, 'content'],
    [{ content: 'ann@example.com' }, 'content'],
    [{ status: 'Running' }, 'status'],
    [{ error: 'あ'.repeat(1_366) }, 'error'],
  ])('refuses %j', async (body, field) => {
    const id = await world.create();
    const { status, json } = await patch(id, body);
    expect([status, json.code, json.details[0].field]).toEqual([400, 'validation_failed', field]);
  });

  test('a template that needs more than the content has is refused', async () => {
    const id = await world.create();
    const greedy = await world.createTemplate({ body: '{{3}}' });
    const { status, json } = await patch(id, { template_id: greedy });
    expect([status, json.details]).toMatchObject([400, [{ field: 'content', code: 'too_few_variables' }]]);
    await world.change(id, { template_id: null });
    const orphan = await patch(id, { content: 'ann@example.com;x' });
    expect([orphan.status, orphan.json.details[0].field]).toEqual([400, 'template_id']);
    expect(await patch(id, { user_id: 1 })).toMatchObject({ status: 409, json: { code: 'not_renderable' } });
  });
});

describe('ending a task', () => {
  test.each([
    ['Completed', undefined],
    ['Failed', 'cancelled: by an administrator'],
  ] as const)('as %s', async (status, error) => {
    const recipient = newRecipient();
    const id = await world.create({ recipient });
    expect((await patch(id, { status })).status).toBe(204);
    const task = await shown(id);
    expect([task.status, task.error, task.content_redacted]).toEqual([status, error, true]);
    expect(task).toHaveProperty('completed_at');
    expect(task).not.toHaveProperty('next_attempt_at');
    expect(await contentOf(id)).toBe(recipient);
    await world.work([first(id)]);
    expect(world.mailsTo(recipient)).toEqual([]);
    expect((await patch(id, { status })).status).toBe(204);
  });

  test('with an error of its own, and with new content', async () => {
    const [id, recipient] = [await world.create(), newRecipient()];
    await patch(id, { status: 'Failed', error: 'not needed', content: `${recipient};x` });
    expect(await shown(id)).toMatchObject({
      error: 'not needed',
      content: recipient,
      content_redacted: true,
    });
  });

  test('an attempt in progress no longer changes it', async () => {
    const held = await startHeld();
    expect((await patch(held.id, { status: 'Failed' })).status).toBe(204);
    const before = await world.task(held.id);
    await held.finish();
    expect(await world.task(held.id)).toEqual(before);
    expect((await shown(held.id)).history).toMatchObject([
      { outcome: 'Interrupted', error: 'cancelled: by an administrator' },
    ]);
  });
});

describe('running a task again', () => {
  test('clears what the last round left and ignores a sent error', async () => {
    const recipient = newRecipient();
    const id = await world.create({ slug: 'notify_alphabet', recipient, variables: [] });
    await patch(id, { status: 'Failed' });
    expect((await patch(id, { status: 'Enqueued', error: 'x' })).status).toBe(204);
    expect(await world.task(id)).toMatchObject({
      status: 'Enqueued',
      round_no: 2,
      attempts: 0,
      error: null,
      completed_at: null,
    });
    const second = { id, round: 2, attempt: 1 };
    expect(await world.job(second)).toBeDefined();
    await world.work([second]);
    expect(world.mailsTo(recipient)).toHaveLength(1);
  });

  test('needs new content where the variables are gone', async () => {
    const recipient = newRecipient();
    const id = await world.create({ recipient });
    await world.work([first(id)]);
    const refused = await patch(id, { status: 'Enqueued' });
    expect([refused.status, refused.json.code]).toEqual([409, 'not_renderable']);
    expect((await patch(id, { status: 'Enqueued', content: recipient })).status).toBe(400);
    expect((await patch(id, { status: 'Enqueued', content: `${recipient};again` })).status).toBe(204);
    expect(await world.task(id)).toMatchObject({ round_no: 2, content_redacted: 0 });
    await world.work([{ id, round: 2, attempt: 1 }]);
    expect(world.mailsTo(recipient).at(-1)?.text).toContain('again');
  });

  test('of an open task changes nothing', async () => {
    const id = await world.create();
    expect((await patch(id, { status: 'Enqueued' })).status).toBe(204);
    expect(await world.task(id)).toMatchObject({ round_no: 1, status: 'Enqueued' });
  });
});

test('new content during an attempt starts a new round with a mail of its own', async () => {
  const held = await startHeld();
  const recipient = newRecipient();
  const clear = await world.createTemplate({ sensitive: false });
  const change = { content: `${recipient};new`, template_id: clear };
  expect((await patch(held.id, change)).status).toBe(204);
  await held.finish();
  expect(await world.task(held.id)).toMatchObject({
    status: 'Enqueued',
    round_no: 2,
    attempts: 0,
    content: `${recipient};new`,
    is_sensitive: 0,
  });
  await world.work([{ id: held.id, round: 2, attempt: 1 }]);
  expect(world.mailsTo(recipient)).toHaveLength(1);
  expect((await shown(held.id)).history).toMatchObject([
    { round: 1, outcome: 'Interrupted' },
    { round: 2, outcome: 'Completed' },
  ]);
});

test('finished content is not kept for later', async () => {
  const recipient = newRecipient();
  const id = await world.create();
  await patch(id, { status: 'Completed' });
  await patch(id, { content: `${recipient};secret` });
  expect(await contentOf(id)).toBe(recipient);
  expect(await shown(id)).toMatchObject({ content_redacted: true });
});
