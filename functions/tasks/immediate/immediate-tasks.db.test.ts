import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { withTransaction } from '#shared/database/transaction.ts';
import type { Log } from '#shared/log/log.ts';
import { readContent } from '../content/content-storage.ts';
import { createImmediateTask } from '../index.ts';
import { newRecipient, openTaskHarness, type TaskHarness } from '../testing/task-harness.ts';
import { enqueueTogether } from './immediate-tasks.ts';

let world: TaskHarness;
beforeAll(async () => {
  world = await openTaskHarness();
});
afterAll(() => world.close());

const first = (id: number) => ({ id, round: 1, attempt: 1 });
const task = { slug: 'register_template', userId: 7, recipient: 'ann@example.com', variables: ['a;b\\c'] };

test('the job is handed over after the commit of the caller', async () => {
  const { db } = world.resources;
  const id = await withTransaction(db, async (transaction) => {
    const created = await createImmediateTask(transaction, world.resources, task);
    expect(await world.job(first(created))).toBeUndefined();
    return created;
  });
  expect(await world.job(first(id))).toBeDefined();
  const { content } = await world.task(id);
  expect(readContent({ content, sensitive: true }, world.resources.config)).toBe(
    'ann@example.com;a\\;b\\\\c',
  );
});

test('a rollback leaves neither row nor job', async () => {
  const { db } = world.resources;
  let id = 0;
  const work = withTransaction(db, async (transaction) => {
    id = await createImmediateTask(transaction, world.resources, task);
    throw new Error('changed my mind');
  });
  await expect(work).rejects.toThrow('changed my mind');
  expect(id).toBeGreaterThan(0);
  await expect(world.task(id)).rejects.toThrow();
  expect(await world.job(first(id))).toBeUndefined();
});

describe('validates as the endpoint does', () => {
  test.each([
    ['unknown_reference', { slug: 'no_such_template' }],
    ['too_few_variables', { variables: [] }],
    ['invalid_recipient', { recipient: 'ann' }],
    ['invalid_recipient', { recipient: 'a;b@example.com' }],
    ['too_long', { variables: ['x'.repeat(10_000)] }],
  ])('%s', async (code, change) => {
    const work = withTransaction(world.resources.db, (tx) =>
      createImmediateTask(tx, world.resources, { ...task, ...change }),
    );
    await expect(work).rejects.toMatchObject({ code: 'validation_failed', details: [{ code }] });
  });
});

test('a template that was edited to use more than the product gives stops nobody; its mail fails', async () => {
  const { db } = world.resources;
  const template = db.updateTable('email_templates').where('slug', '=', 'register_template');
  const lines: unknown[] = [];
  const log = { ...world.resources.log, info: () => {}, error: (line: unknown) => lines.push(line) };
  await template.set({ subject_template: 'Welcome, {{2}}' }).execute();
  try {
    const context = { ...world.resources, log: log as unknown as Log };
    const id = await withTransaction(db, (tx) => createImmediateTask(tx, context, task));
    expect(lines).toEqual([{ templateId: 1, used: [1, 2], given: 1 }]);
    const work = withTransaction(db, (tx) => createImmediateTask(tx, context, { ...task, variables: [] }));
    await expect(work).rejects.toMatchObject({ details: [{ code: 'too_few_variables' }] });
    await world.work([first(id)]);
    expect(await world.task(id)).toMatchObject({
      status: 'Failed',
      error: expect.stringMatching(/^variable_missing: /),
    });
  } finally {
    await template.set({ subject_template: 'Confirm your e-mail address' }).execute();
  }
});

test('the attempts go with their task', async () => {
  const id = await world.create({ userId: 99, recipient: newRecipient() });
  await world.work([first(id)]);
  await world.resources.db.deleteFrom('immediate_tasks').where('user_id', '=', 99).execute();
  expect(await world.history(id)).toEqual([]);
});

test('requests at the same moment each get the id of their own row, or their own refusal', async () => {
  const context = world.resources.context();
  const orders = Array.from({ length: 250 }, (_, index) => ({
    slug: index % 10 === 3 ? 'no_such_template' : 'register_template',
    userId: index,
    content: index % 10 === 7 ? 'ann@example.com' : `ann@example.com;${index}`,
  }));
  const results = await Promise.allSettled(
    orders.map((order) => enqueueTogether(world.resources.db, context, order)),
  );
  for (const [index, result] of results.entries()) {
    if (result.status === 'rejected') {
      const code = index % 10 === 3 ? 'unknown_reference' : 'too_few_variables';
      expect([3, 7]).toContain(index % 10);
      expect(result.reason).toMatchObject({ code: 'validation_failed', details: [{ code }] });
      continue;
    }
    const { user_id, content } = await world.task(result.value);
    expect(user_id).toBe(index);
    expect(readContent({ content, sensitive: true }, world.resources.config)).toBe(orders[index]?.content);
    expect(await world.job(first(result.value))).toBeDefined();
  }
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(200);
});
