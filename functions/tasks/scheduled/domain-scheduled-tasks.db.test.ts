import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { withTransaction } from '#shared/database/transaction.ts';
import type { Log } from '#shared/log/log.ts';
import {
  type DomainTask,
  deleteScheduledTask,
  ensureScheduledTask,
  exportUserTasks,
  updateScheduledTask,
} from '../index.ts';
import { eraseUserTasks } from '../operations/user-tasks.ts';
import { openScheduledHarness, type ScheduledHarness } from '../testing/scheduled-harness.ts';

let world: ScheduledHarness;
beforeAll(async () => {
  world = await openScheduledHarness();
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.resources.db.deleteFrom('scheduled_tasks').execute();
});

const key = { userId: 7, url: 'http://localhost:3000/api/v6/test-results/drop-marks/7' };
const repeat: DomainTask = {
  ...key,
  method: 'POST',
  cron: '0 0 * * *',
  timezone: 'Europe/Berlin',
  slug: 'notify_alphabet',
  content: { recipient: 'ann@example.com', variables: [] },
};

const inTransaction = <T>(work: Parameters<typeof withTransaction<T>>[1]) =>
  withTransaction(world.resources.db, work);

describe('ensure', () => {
  test('creates once; the job follows the commit of the caller', async () => {
    const minutely = { ...repeat, cron: '* * * * *' };
    const created = await inTransaction(async (transaction) => {
      const result = await ensureScheduledTask(transaction, world.resources, minutely);
      expect((await world.runQueue.getJobCounts('delayed', 'waiting'))['delayed'] ?? 0).toBe(0);
      return result;
    });
    expect(created).toEqual({ id: created.id, created: true });
    const [run] = await world.runs(created.id);
    expect(await world.runJob({ id: run?.id ?? 0, attempt: 1 })).toBeDefined();
    const again = await inTransaction((transaction) =>
      ensureScheduledTask(transaction, world.resources, { ...repeat, cron: '@weekly' }),
    );
    expect(again).toEqual({ id: created.id, created: false });
    expect(await world.scheduled(created.id)).toMatchObject({ cron: '* * * * *', template_id: 4 });
  });

  test('a rollback leaves neither row nor job', async () => {
    let id = 0;
    const before = await world.runQueue.getJobCounts('delayed', 'waiting');
    const work = inTransaction(async (transaction) => {
      ({ id } = await ensureScheduledTask(transaction, world.resources, { ...repeat, cron: '* * * * *' }));
      throw new Error('changed my mind');
    });
    await expect(work).rejects.toThrow('changed my mind');
    await expect(world.scheduled(id)).rejects.toThrow();
    expect(await world.runQueue.getJobCounts('delayed', 'waiting')).toEqual(before);
  });

  test.each([
    ['invalid_cron', { cron: 'soon' }],
    ['cron_never_fires', { cron: '0 0 30 2 *' }],
    ['unknown_timezone', { timezone: 'Mars/Olympus' }],
    ['unknown_reference', { slug: 'no_such_template' }],
    ['invalid_recipient', { content: { recipient: 'ann', variables: [] } }],
    ['too_few_variables', { slug: 'register_template' }],
    ['url_not_allowed', { url: 'http://10.0.0.1/' }],
  ])('validates as the endpoint does: %s', async (code, change) => {
    const work = inTransaction((transaction) =>
      ensureScheduledTask(transaction, world.resources, { ...repeat, ...change }),
    );
    await expect(work).rejects.toMatchObject({ code: 'validation_failed', details: [{ code }] });
  });
});

describe('a template that was edited to use more than the product gives', () => {
  const edit = (slug: string, columns: { subject_template: string }) =>
    world.resources.db.updateTable('email_templates').set(columns).where('slug', '=', slug).execute();

  test('stops neither the task nor its changes, but is logged each time', async () => {
    const lines: unknown[] = [];
    const log = { ...world.resources.log, error: (line: unknown) => lines.push(line) } as unknown as Log;
    const context = { ...world.resources, log };
    await edit('notify_alphabet', { subject_template: 'For {{2}}' });
    try {
      const ensure = () => inTransaction((transaction) => ensureScheduledTask(transaction, context, repeat));
      const { id } = await ensure();
      expect(await ensure()).toEqual({ id, created: false });
      const content = { recipient: 'b@example.com', variables: [] };
      for (const changes of [{ timezone: 'Asia/Tokyo' }, { content }]) {
        const work = inTransaction((transaction) => updateScheduledTask(transaction, context, key, changes));
        expect(await work).toBe(true);
      }
      expect(await world.scheduled(id)).toMatchObject({ timezone: 'Asia/Tokyo', content: 'b@example.com' });
      const line = { templateId: 4, used: [2], given: 0 };
      expect(lines).toEqual([line, line, line, line]);
    } finally {
      await edit('notify_alphabet', { subject_template: 'Time to practise your kana' });
    }
  });
});

describe('change and delete', () => {
  const ensure = () =>
    inTransaction((transaction) => ensureScheduledTask(transaction, world.resources, repeat));
  const change = (changes: Parameters<typeof updateScheduledTask>[3]) =>
    inTransaction((transaction) => updateScheduledTask(transaction, world.resources, key, changes));

  test('moves to another zone, writes to another address, loses its mail', async () => {
    const { id } = await ensure();
    const before = await world.scheduled(id);
    expect(
      await change({ timezone: 'Asia/Tokyo', content: { recipient: 'b@example.com', variables: [] } }),
    ).toBe(true);
    const after = await world.scheduled(id);
    expect(after).toMatchObject({ timezone: 'Asia/Tokyo', content: 'b@example.com', template_id: 4 });
    expect(after.next_run).not.toEqual(before.next_run);
    expect(await change({ content: null, method: 'GET', active: false })).toBe(true);
    expect(await world.scheduled(id)).toMatchObject({
      template_id: null,
      content: '',
      method: 'GET',
      active: 0,
    });
    await expect(change({ timezone: 'x' })).rejects.toMatchObject({ code: 'validation_failed' });
  });

  test('a task that does not exist is neither changed nor deleted', async () => {
    expect(await change({ timezone: 'Asia/Tokyo' })).toBe(false);
    const remove = () => inTransaction((transaction) => deleteScheduledTask(transaction, key));
    expect(await remove()).toBe(false);
    const { id } = await ensure();
    const other = await world.insertTask({ user_id: 7 });
    expect(await remove()).toBe(true);
    await expect(world.scheduled(id)).rejects.toThrow();
    expect(await world.scheduled(other)).toMatchObject({ user_id: 7 });
  });
});

describe('the tasks of a user', () => {
  const fill = async () => {
    const mail = await world.create({ userId: 7, recipient: 'ann@example.com' });
    const task = await world.insertTask({ user_id: 7 });
    const runId = await world.insertRun(task);
    await world.resources.db
      .insertInto('scheduled_task_logs')
      .values({
        task_id: task,
        job_id: `run-${runId}`,
        attempt: 1,
        status: 'Failed',
        created_at: await world.clock(),
      })
      .execute();
    return { mail, task, runId };
  };

  test('are exported without secrets and history', async () => {
    const { mail, task } = await fill();
    const exported = await exportUserTasks(world.resources.db, world.resources.config, 7);
    expect(exported).toMatchObject({
      immediateTasks: [{ id: mail, user_id: 7, content: 'ann@example.com;[hidden]', status: 'Enqueued' }],
      scheduledTasks: [{ id: task, user_id: 7, cron: '0 0 * * *', active: true }],
    });
    expect(JSON.stringify(exported)).not.toMatch(/history|abc123/);
    expect(await exportUserTasks(world.resources.db, world.resources.config, 99)).toEqual({});
  });

  test('are erased with runs and logs, and nothing else is', async () => {
    const { mail, task, runId } = await fill();
    const others = { mail: await world.create({ userId: 0 }), task: await world.insertTask() };
    await inTransaction((transaction) => eraseUserTasks(transaction, 7));
    await expect(world.task(mail)).rejects.toThrow();
    await expect(world.scheduled(task)).rejects.toThrow();
    expect(await world.runs(task)).toEqual([]);
    expect(await world.logs(runId)).toEqual([]);
    expect(await world.task(others.mail)).toMatchObject({ user_id: 0 });
    expect(await world.scheduled(others.task)).toMatchObject({ user_id: null });
    await expect(inTransaction((transaction) => eraseUserTasks(transaction, 0))).rejects.toThrow(TypeError);
  });
});
