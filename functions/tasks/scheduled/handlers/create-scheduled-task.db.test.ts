import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TestResponse } from '#shared/testing/invoke.ts';
import { newUrl, openScheduledHarness, type ScheduledHarness } from '../../testing/scheduled-harness.ts';

let world: ScheduledHarness;
beforeAll(async () => {
  world = await openScheduledHarness({ TASK_LOOKAHEAD_SECONDS: '75' });
});
afterAll(() => world.close());

const post = (body: unknown, headers: Record<string, string> = {}): Promise<TestResponse> =>
  world.resources.call('createScheduledTask', {
    body,
    headers: { 'x-api-key': 'service-key', ...headers },
  });
const webhook = () => ({ url: newUrl(), cron: '0 0 1 1 *' });
const mail = { email_slug: 'register_template', content: 'ann@example.com;https://x.jp', cron: '0 0 1 1 *' };

describe('a valid request', () => {
  test('is a row with its defaults', async () => {
    const { url } = webhook();
    const answer = await post({ url, cron: '0 0 1 1 *', user_id: 7, email_slug: '', timezone: 'Asia/Tokyo' });
    const { id } = answer.json;
    expect(answer.status).toBe(201);
    expect(answer.json).toEqual({ id, message: 'scheduled task created successfully' });
    expect(answer.headers['location']).toBe(`/api/v6/admin/scheduled-tasks/${id}`);
    const task = await world.scheduled(id);
    expect(task).toMatchObject({
      ...{ user_id: 7, template_id: null, url, method: 'GET', content: '', cron: '0 0 1 1 *' },
      ...{ timezone: 'Asia/Tokyo', active: 1, catch_up: 'last', previous_run: null },
    });
    const year = task.created_at.getUTCFullYear();
    expect(task.next_run.toISOString()).toBe(`${year}-12-31T15:00:00.000Z`);
    expect(await world.runs(id)).toEqual([]);
  });

  test('takes mail and webhook together, and everything that has a default', async () => {
    const body = { ...mail, url: newUrl(), method: 'POST', active: false, catch_up: 'skip', cron: '@daily' };
    const { json } = await post(body);
    expect(await world.scheduled(json.id)).toMatchObject({
      ...{ user_id: null, template_id: 1, url: body.url, method: 'POST', content: mail.content },
      ...{ cron: '@daily', timezone: 'UTC', active: 0, catch_up: 'skip' },
    });
  });

  test('within the look-ahead is claimed at once, with jobs delayed to their due times', async () => {
    const { json } = await post({ url: newUrl(), cron: '* * * * *' });
    const runs = await world.runs(json.id);
    expect(runs.length).toBeGreaterThanOrEqual(1);
    for (const run of runs) {
      expect(run).toMatchObject({ trigger_kind: 'schedule', status: 'Pending', attempts: 0 });
      expect(run.next_attempt_at).toEqual(run.due_at);
      const job = await world.runJob({ id: run.id, attempt: 1 });
      expect(job?.data).toEqual({ id: run.id, attempt: 1 });
      expect(Math.abs((job?.timestamp ?? 0) + (job?.delay ?? 0) - Number(run.due_at))).toBeLessThan(500);
    }
    const last = runs.at(-1)?.due_at ?? new Date(0);
    const { next_run } = await world.scheduled(json.id);
    expect(next_run.getTime()).toBe(last.getTime() + 60_000);
    expect(next_run.getTime()).toBeGreaterThan((await world.clock(70)).getTime());
  });

  test('that is inactive is not claimed', async () => {
    const { json } = await post({ url: newUrl(), cron: '* * * * *', active: false });
    expect(await world.runs(json.id)).toEqual([]);
  });
});

describe('the pair of user and url', () => {
  test('exists once, and the existing task is left as it is', async () => {
    const body = { ...webhook(), user_id: 5 };
    const first = await post(body);
    await world.changeTask(first.json.id, { active: 0 });
    const second = await post({ ...body, cron: '0 5 * * *', active: true });
    expect(second.status).toBe(200);
    expect(second.json).toEqual({ id: first.json.id, message: 'scheduled task already exists' });
    expect(second.headers['location']).toBe(first.headers['location']);
    expect(await world.scheduled(first.json.id)).toMatchObject({ active: 0, cron: body.cron });
    expect((await post({ ...body, user_id: 6 })).status).toBe(201);
    expect((await post({ ...body, user_id: undefined })).status).toBe(201);
    expect((await post({ ...body, user_id: undefined })).status).toBe(200);
    expect((await post({ ...body, url: body.url.toUpperCase() })).status).toBe(201);
  });

  test('of parallel equal calls one creates it', async () => {
    const body = webhook();
    const answers = await Promise.all(Array.from({ length: 12 }, () => post(body)));
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array(11).fill(200), 201]);
    expect(new Set(answers.map(({ json }) => json.id)).size).toBe(1);
  });

  test('does not concern tasks without url', async () => {
    const [one, two] = [await post(mail), await post(mail)];
    expect([one.status, two.status]).toEqual([201, 201]);
    expect(one.json.id).not.toBe(two.json.id);
  });

  test('an Idempotency-Key replays the answer', async () => {
    const key = { 'idempotency-key': 's-1' };
    const [one, two] = [await post(mail, key), await post(mail, key)];
    expect(two.json).toEqual(one.json);
    expect(two.status).toBe(201);
  });
});

describe('is refused', () => {
  test.each([
    ['user_id', 'too_small', { user_id: 0 }],
    ['user_id', 'too_big', { user_id: 2_147_483_648 }],
    ['email_slug', 'unknown_reference', { email_slug: 'no_such_template', content: 'ann@example.com' }],
    ['email_slug', 'unknown_reference', { email_slug: '日本', content: 'ann@example.com' }],
    ['email_slug', 'too_long', { email_slug: 'x'.repeat(101), content: 'ann@example.com' }],
    ['url', 'too_long', { url: `https://example.com/${'x'.repeat(500)}` }],
    ['url', 'url_not_allowed', { url: 'ftp://example.com/' }],
    ['url', 'url_not_allowed', { url: '/relative' }],
    ['url', 'url_not_allowed', { url: 'https://ann:pw@example.com/' }],
    ['url', 'url_not_allowed', { url: 'http://127.1/' }],
    ['url', 'url_not_allowed', { url: 'http://localhost:9/' }],
    ['method', 'invalid_value', { method: 'PUT' }],
    ['content', 'required', { email_slug: 'notify_alphabet' }],
    ['content', 'invalid_recipient', { content: 'ann' }],
    ['content', 'too_few_variables', { email_slug: 'register_template', content: 'ann@example.com' }],
    ['content', 'too_long', { content: `ann@example.com;${'x'.repeat(10_000)}` }],
    ['cron', 'required', { cron: undefined }],
    ['cron', 'invalid_cron', { cron: '* * * *' }],
    ['cron', 'invalid_cron', { cron: '日 * * * *' }],
    ['cron', 'too_long', { cron: `${'1,'.repeat(50)}1 * * * *` }],
    ['cron', 'cron_never_fires', { cron: '0 0 30 2 *' }],
    ['timezone', 'unknown_timezone', { timezone: 'Europe/Nowhere' }],
    ['timezone', 'unknown_timezone', { timezone: '+01:00' }],
    ['timezone', 'too_long', { timezone: 'x'.repeat(65) }],
    ['active', 'invalid_type', { active: 'yes' }],
    ['catch_up', 'invalid_value', { catch_up: 'all' }],
  ])('%s: %s', async (field, code, change) => {
    const answer = await post({ ...webhook(), ...change });
    expect(answer.status).toBe(400);
    expect(answer.json.code).toBe('validation_failed');
    expect(answer.json.details).toContainEqual(expect.objectContaining({ field, code }));
  });

  test('without template and url, on both fields', async () => {
    const answer = await post({ cron: '@daily', email_slug: '', url: '' });
    expect(answer.json.details).toMatchObject([
      { field: 'email_slug', code: 'required' },
      { field: 'url', code: 'required' },
    ]);
  });

  test('with the issues of references and of the occurrence together', async () => {
    const answer = await post({
      email_slug: 'nope',
      content: 'ann@example.com',
      url: 'http://10.0.0.1/',
      cron: '0 0 30 2 *',
    });
    const codes = answer.json.details.map(({ code }: { code: string }) => code);
    expect(codes).toEqual(['unknown_reference', 'url_not_allowed', 'cron_never_fires']);
  });

  test('without the key', async () => {
    const answer = await world.resources.call('createScheduledTask', { body: webhook() });
    expect([answer.status, answer.json.code]).toEqual([401, 'invalid_api_key']);
  });
});
