import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TestResponse } from '#shared/testing/invoke.ts';
import { readContent } from '../../content/content-storage.ts';
import { newRecipient, openTaskHarness, type TaskHarness } from '../../testing/task-harness.ts';

let world: TaskHarness;
beforeAll(async () => {
  world = await openTaskHarness({ API_KEY: 'service-key' });
});
afterAll(() => world.close());

const headers = { 'x-api-key': 'service-key' };
const post = (body: unknown, more: Record<string, string> = {}): Promise<TestResponse> =>
  world.resources.call('createImmediateTask', {
    body,
    headers: { ...headers, ...more },
  });
const valid = { email_slug: 'register_template', user_id: 7, content: 'ann@example.com;https://x.jp/v' };

describe('a valid request', () => {
  test('is a row that is due now and a job', async () => {
    const answer = await post(valid);
    const { id } = answer.json;
    expect(answer.status).toBe(201);
    expect(answer.json).toEqual({ id, message: 'immediate task created successfully' });
    expect(answer.headers['location']).toBe(`/api/v6/admin/immediate-tasks/${id}`);
    const task = await world.task(id);
    expect(task).toMatchObject({
      user_id: 7,
      status: 'Enqueued',
      round_no: 1,
      attempts: 0,
      is_sensitive: 1,
      error: null,
    });
    expect(task.next_attempt_at).toEqual(task.created_at);
    expect(readContent({ content: task.content, sensitive: true }, world.resources.config)).toBe(
      valid.content,
    );
    const job = await world.job({ id, round: 1, attempt: 1 });
    expect(job?.data).toEqual({ id, round: 1, attempt: 1 });
    expect(job?.opts).toMatchObject({ attempts: 1, removeOnComplete: true, removeOnFail: true });
  });

  test('twice is two tasks, but one with an Idempotency-Key', async () => {
    const [one, two] = [await post(valid), await post(valid)];
    expect(one.json.id).not.toBe(two.json.id);
    const key = { 'idempotency-key': 'k-1' };
    const [three, four] = [await post(valid, key), await post(valid, key)];
    expect(four.json).toEqual(three.json);
    expect(four.headers['location']).toBe(three.headers['location']);
    expect(await world.job({ id: three.json.id, round: 1, attempt: 1 })).toBeDefined();
    expect(await post({ ...valid, user_id: 8 }, key)).toMatchObject({ status: 422 });
  });

  test('may leave the user out, and bring more variables than needed', async () => {
    const answer = await post({
      email_slug: ' notify_alphabet ',
      content: `${newRecipient()};surplus`,
      user_id: null,
    });
    expect(await world.task(answer.json.id)).toMatchObject({ user_id: 0, is_sensitive: 0 });
  });
});

describe('is refused', () => {
  test.each([
    ['email_slug', 'required', { email_slug: undefined }],
    ['email_slug', 'too_short', { email_slug: '' }],
    ['email_slug', 'too_long', { email_slug: 'x'.repeat(101) }],
    ['email_slug', 'unknown_reference', { email_slug: 'no_such_template' }],
    ['email_slug', 'unknown_reference', { email_slug: 'REGISTER_TEMPLATE' }],
    ['email_slug', 'unknown_reference', { email_slug: '日本' }],
    ['user_id', 'too_small', { user_id: -1 }],
    ['user_id', 'too_big', { user_id: 2_147_483_648 }],
    ['user_id', 'invalid_type', { user_id: '7' }],
    ['content', 'required', { content: undefined }],
    ['content', 'too_short', { content: '' }],
    ['content', 'too_long', { content: `ann@example.com;${'x'.repeat(10_000)}` }],
    ['content', 'invalid_recipient', { content: 'ann;https://x.jp/v' }],
    ['content', 'too_few_variables', { content: 'ann@example.com' }],
  ])('%s: %s', async (field, code, change) => {
    const answer = await post({ ...valid, ...change });
    expect(answer.status).toBe(400);
    expect(answer.json).toMatchObject({ code: 'validation_failed', details: [{ field, code }] });
  });

  test('with all issues at once, references only once the schema has passed', async () => {
    const answer = await post({ email_slug: 'no_such_template', user_id: -1, content: 'x' });
    const fields = answer.json.details.map(({ field }: { field: string }) => field);
    expect(fields).toEqual(['user_id', 'content']);
  });

  test.each([{}, { 'x-api-key': 'wrong' }])('without the service key: %j', async (given) => {
    const answer = await world.resources.call('createImmediateTask', { body: valid, headers: given });
    expect([answer.status, answer.json.code]).toEqual([401, 'invalid_api_key']);
  });
});

test('the longest content is kept whole', async () => {
  const content = `ann@example.com;${'🎌'.repeat(9_984)}`;
  const { json } = await post({ ...valid, content });
  const task = await world.task(json.id);
  expect(readContent({ content: task.content, sensitive: true }, world.resources.config)).toBe(content);
});
