import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { withTransaction } from '#shared/database/transaction.ts';
import {
  type AdminEndpoint,
  openTaskAdminHarness,
  type TaskAdminHarness,
} from '../testing/task-admin-harness.ts';

let world: TaskAdminHarness;
let call: Record<'list' | 'get' | 'create' | 'update' | 'remove' | 'preview', AdminEndpoint>;
beforeAll(async () => {
  world = await openTaskAdminHarness();
  call = {
    list: world.endpoint('listEmailTemplates'),
    create: world.endpoint('createEmailTemplate'),
    get: world.endpoint('getEmailTemplate'),
    update: world.endpoint('updateEmailTemplate'),
    remove: world.endpoint('deleteEmailTemplate'),
    preview: world.endpoint('previewEmailTemplate'),
  };
});
afterAll(() => world.close());

const BUILT_IN = 1;
const UNKNOWN = 4_000_000;
const valid = { slug: 'weekly_news', subject_template: 'News for {{1}}', body_template: '<p>Hi {{1}}</p>' };
const fields = (answer: { json: { details?: { field: string; code: string }[] } }) =>
  answer.json.details?.map(({ field, code }) => `${field} ${code}`);

const addSchedule = (templateId: number, active: 0 | 1) =>
  sql`INSERT INTO scheduled_tasks (template_id, content, cron, active, next_run, created_at, updated_at)
    VALUES (${templateId}, 'ann@example.com;x', '0 0 * * *', ${active}, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3), UTC_TIMESTAMP(3))`.execute(
    world.resources.db,
  );

describe('the list', () => {
  test('is by slug, in pages, with the headers of a list', async () => {
    const all = await call.list();
    expect(all.status).toBe(200);
    const slugs = all.json.map(({ slug }: { slug: string }) => slug);
    expect(slugs).toEqual([...slugs].sort());
    expect(all.json[0]).toEqual({ id: expect.any(Number), slug: slugs[0] });
    const second = await call.list({ query: 'page=2&count=2' });
    expect(second.json.map(({ slug }: { slug: string }) => slug)).toEqual(slugs.slice(2, 4));
    expect(second.headers['x-total-count']).toBe(String(slugs.length));
    expect(second.headers['link']).toContain('rel="prev"');
  });

  test('searches literally, letter case ignored', async () => {
    const found = async (search: string) =>
      (await call.list({ query: new URLSearchParams({ search }).toString() })).json.map(
        ({ slug }: { slug: string }) => slug,
      );
    expect(await found('EMAIL_')).toEqual(['email_changed_notice', 'email_verification']);
    expect(await found('email%')).toEqual([]);
    expect(await found('%')).toEqual([]);
    expect(await found('日')).toEqual([]);
  });

  test.each([
    ['page=0', 'page too_small'],
    ['page=x', 'page invalid_format'],
    ['count=101', 'count too_big'],
    ['search=', 'search too_short'],
    [`search=${'x'.repeat(101)}`, 'search too_long'],
    ['count=1&count=2', 'count repeated'],
  ])('refuses %s', async (query, issue) => {
    const answer = await call.list({ query });
    expect([answer.status, fields(answer)]).toEqual([400, [issue]]);
  });
});

describe('one template', () => {
  test('shows everything', async () => {
    const answer = await call.get({ id: BUILT_IN });
    expect(answer.json).toEqual({
      id: BUILT_IN,
      slug: 'register_template',
      subject_template: 'Confirm your e-mail address',
      body_template: expect.stringContaining('{{1}}'),
      variables: [1],
      sensitive: true,
      built_in: true,
      created_at: expect.stringMatching(/Z$/),
      updated_at: expect.stringMatching(/Z$/),
    });
  });

  test('is created, changed and deleted', async () => {
    const created = await call.create({ body: valid });
    const { id } = created.json;
    expect(created.status).toBe(201);
    expect(created.json).toEqual({ id, message: 'email template created successfully' });
    expect(created.headers['location']).toBe(`/api/v6/admin/email-templates/${id}`);
    expect((await call.get({ id })).json).toMatchObject({ ...valid, sensitive: true, built_in: false });

    expect((await call.update({ id, body: { slug: valid.slug, sensitive: false } })).status).toBe(204);
    expect((await call.get({ id })).json).toMatchObject({ ...valid, sensitive: false });
    const change = { slug: 'monthly-news', subject_template: '{{2}} {{1}}', body_template: '{{12}}' };
    expect((await call.update({ id, body: change })).status).toBe(204);
    expect((await call.get({ id })).json).toMatchObject({ ...change, variables: [1, 2, 12] });

    expect((await call.remove({ id })).status).toBe(204);
    for (const endpoint of [call.get, call.remove]) {
      expect((await endpoint({ id })).json.code).toBe('not_found');
    }
  });

  test('is created once for its Idempotency-Key', async () => {
    const headers = { ...(await world.tokenOf(3)), 'idempotency-key': 'template-1' };
    const body = { ...valid, slug: 'once' };
    const [one, two] = [await call.create({ body, headers }), await call.create({ body, headers })];
    expect([one.status, two.json]).toEqual([201, one.json]);
  });

  test.each([
    ['slug required', { slug: undefined }],
    ['slug too_short', { slug: '' }],
    ['slug too_long', { slug: 'x'.repeat(101) }],
    ['slug invalid_format', { slug: 'Weekly' }],
    ['subject_template required', { subject_template: undefined }],
    ['subject_template too_short', { subject_template: '  ' }],
    ['subject_template too_long', { subject_template: '🎌'.repeat(256) }],
    ['subject_template invalid_format', { subject_template: 'a\r\nb' }],
    ['body_template required', { body_template: undefined }],
    ['body_template too_short', { body_template: '' }],
    ['body_template too_long', { body_template: 'あ'.repeat(21_846) }],
    ['sensitive invalid_type', { sensitive: 'yes' }],
  ])('is refused: %s', async (issue, change) => {
    const answer = await call.create({ body: { ...valid, ...change } });
    expect([answer.status, fields(answer)]).toEqual([400, [issue]]);
  });

  test('fits its columns to the last character', async () => {
    const body = {
      slug: 'x'.repeat(100),
      subject_template: '🎌'.repeat(255),
      body_template: 'あ'.repeat(21_845),
    };
    const { json } = await call.create({ body });
    expect((await call.get({ id: json.id })).json).toMatchObject(body);
  });

  test('has a slug of its own', async () => {
    const refusal = { status: 409, json: { code: 'slug_taken', details: [{ field: 'slug' }] } };
    expect(await call.create({ body: { ...valid, slug: 'register_template' } })).toMatchObject(refusal);
    const id = await world.createTemplate();
    expect(await call.update({ id, body: { slug: 'forgot_template' } })).toMatchObject(refusal);
  });

  test.each([
    ['get', 'x', 400],
    ['get', '0', 400],
    ['get', '4294967296', 400],
    ['get', UNKNOWN, 404],
    ['update', UNKNOWN, 404],
    ['remove', UNKNOWN, 404],
    ['preview', UNKNOWN, 404],
  ] as const)('%s of id %s is %i', async (name, id, status) => {
    const body = { update: { sensitive: true }, preview: {} }[name as string];
    expect((await call[name]({ id, body })).status).toBe(status);
  });

  test('a PATCH without a field is refused', async () => {
    const answer = await call.update({ id: BUILT_IN, body: { built_in: false } });
    expect([answer.status, answer.json.code]).toEqual([400, 'validation_failed']);
  });
});

describe('a template of the product', () => {
  test('keeps its slug, and may change otherwise', async () => {
    const answer = await call.update({ id: BUILT_IN, body: { slug: 'other' } });
    expect([answer.status, answer.json.code]).toEqual([409, 'template_built_in']);
    const body = { slug: 'register_template', subject_template: 'Welcome' };
    expect((await call.update({ id: BUILT_IN, body })).status).toBe(204);
    expect((await call.get({ id: BUILT_IN })).json.subject_template).toBe('Welcome');
  });

  test('cannot be deleted', async () => {
    const answer = await call.remove({ id: BUILT_IN });
    expect([answer.status, answer.json.code]).toEqual([409, 'template_built_in']);
  });
});

describe('a template in use', () => {
  test('by a waiting task stays; by a finished one it goes, and the task loses it', async () => {
    const templateId = await world.createTemplate({ slug: 'used' });
    const id = await world.create({ slug: 'used' });
    const refused = await call.remove({ id: templateId });
    expect([refused.status, refused.json.code]).toEqual([409, 'template_in_use']);
    await world.change(id, { status: 'Failed', next_attempt_at: null });
    expect((await call.remove({ id: templateId })).status).toBe(204);
    expect(await world.task(id)).toMatchObject({ template_id: null });
  });

  test('by an active schedule stays, by an inactive one it goes', async () => {
    const [active, inactive] = [await world.createTemplate(), await world.createTemplate()];
    await addSchedule(active, 1);
    await addSchedule(inactive, 0);
    expect((await call.remove({ id: active })).json.code).toBe('template_in_use');
    expect((await call.remove({ id: inactive })).status).toBe(204);
  });

  test('a task that takes it at the same moment is seen', async () => {
    const templateId = await world.createTemplate({ slug: 'raced' });
    const { createImmediateTask } = await import('../immediate/immediate-tasks.ts');
    const taken = Promise.withResolvers<void>();
    const taking = withTransaction(world.resources.db, async (transaction) => {
      const task = { slug: 'raced', userId: 0, recipient: 'ann@example.com', variables: ['x'] };
      await createImmediateTask(transaction, world.resources, task);
      taken.resolve();
      await new Promise((resolve) => setTimeout(resolve, 100));
    });
    await taken.promise;
    const removal = call.remove({ id: templateId });
    await taking;
    expect((await removal).json.code).toBe('template_in_use');
  });
});

describe('a preview', () => {
  test('fills the template and stores nothing', async () => {
    const id = await world.createTemplate({ subject: 'News for {{1}}', body: '<p>Hi {{1}}</p>' });
    const answer = await call.preview({ id, body: { variables: ['<Ann>', 'surplus'] } });
    expect([answer.status, answer.json]).toEqual([
      200,
      { subject: 'News for <Ann>', html: '<p>Hi &lt;Ann&gt;</p>', text: 'Hi <Ann>' },
    ]);
  });

  test('needs no variables where the template has none', async () => {
    const id = await world.createTemplate({ subject: 'S', body: 'B' });
    for (const body of [undefined, {}]) {
      expect((await call.preview({ id, body })).json).toEqual({ subject: 'S', html: 'B', text: 'B' });
    }
  });

  test.each([
    ['variables too_few_variables', []],
    ['variables too_large', ['x'.repeat(10_000)]],
    ['variables too_long', Array.from({ length: 100 }, () => 'x')],
    ['variables[0] too_long', ['x'.repeat(10_001)]],
    ['variables[0] invalid_type', [1]],
    ['variables invalid_type', 'x'],
  ])('refuses %s', async (issue, variables) => {
    const id = await world.createTemplate({ body: '{{1}}'.repeat(200) });
    const answer = await call.preview({ id, body: { variables } });
    expect([answer.status, fields(answer)]).toEqual([400, [issue]]);
  });
});
