import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase } from '#shared/database/database.ts';
import { tick } from '../scheduler/tick.ts';
import { openScheduledWorld, type ScheduledWorld } from '../testing/scheduled-world.ts';
import { newRecipient } from '../testing/task-world.ts';
import { startWebhookSink, type WebhookSink } from '../testing/webhook-sink.ts';

let world: ScheduledWorld;
let hooks: WebhookSink;
beforeAll(async () => {
  hooks = await startWebhookSink();
  world = await openScheduledWorld({ WEBHOOK_PRIVATE_HOSTS: '127.0.0.1:*', WEBHOOK_TIMEOUT_MS: '400' });
});
afterEach(() => {
  world.sink.behave(() => 'accept');
  hooks.behave((_call, response) => void response.end());
});
afterAll(async () => {
  await world.close();
  await hooks.close();
});

let paths = 0;
const newHook = () => {
  const path = `/hook/${++paths}`;
  return { url: `http://127.0.0.1:${hooks.port}${path}`, path };
};
const callsTo = (path: string) => hooks.calls.filter((call) => call.path === path);
const first = (id: number) => ({ id, attempt: 1 });
const none = { batchItemFailures: [] };
const answerWith =
  (status: number, body = '') =>
  (_call: unknown, response: { writeHead: (status: number) => { end: (body: string) => void } }) =>
    void response.writeHead(status).end(body);

/** A task with a webhook, a mail or both, and a run of it that is due. */
const create = async (parts: { hook?: boolean; mail?: boolean } = { hook: true }, columns = {}) => {
  const { url, path } = newHook();
  const recipient = newRecipient();
  const taskId = await world.insertTask({
    url: parts.hook ? url : null,
    ...(parts.mail ? { template_id: 4, content: recipient } : {}),
    ...columns,
  });
  return { taskId, path, recipient, runId: await world.insertRun(taskId) };
};

const runOf = async (taskId: number) => {
  const [run] = await world.runs(taskId);
  if (!run) throw new Error('no run');
  return run;
};

describe('success', () => {
  test('a webhook: called with the ids of the run, its answer in the log', async () => {
    hooks.behave(answerWith(201, 'thanks'));
    const { taskId, path, runId } = await create({ hook: true }, { method: 'POST' });
    expect(await world.workRuns([first(runId)])).toEqual(none);
    const run = await runOf(taskId);
    expect(callsTo(path)).toHaveLength(1);
    expect(callsTo(path)[0]).toMatchObject({
      method: 'POST',
      headers: { 'x-task-run-id': `run-${runId}`, 'idempotency-key': `run-${runId}` },
      body: JSON.stringify({ run_id: runId, task_id: taskId, due_at: run.due_at?.toISOString() }),
    });
    expect(run).toMatchObject({
      ...{ status: 'Completed', attempts: 1, error: null, next_attempt_at: null, lease_token: null },
      ...{ started_at: expect.any(Date), finished_at: expect.any(Date), webhook_done_at: expect.any(Date) },
    });
    expect(await world.logs(runId)).toMatchObject([
      { task_id: taskId, attempt: 1, status: 'Completed', http_status: 201, error: null, response: 'thanks' },
    ]);
    expect((await world.scheduled(taskId)).previous_run).toEqual(run.started_at);
  });

  test('a mail, with the headers of the run', async () => {
    const { taskId, recipient, runId } = await create({ mail: true });
    await world.workRuns([first(runId)]);
    const [mail, ...others] = world.mailsTo(recipient);
    expect(others).toEqual([]);
    expect(mail?.messageId).toBe(`<run-${runId}@example.org>`);
    expect(mail?.raw).toMatch(new RegExp(`^X-Task-Id: ${taskId}\r?$`, 'm'));
    expect(mail?.raw).toMatch(new RegExp(`^X-Task-Run-Id: run-${runId}\r?$`, 'm'));
    expect(mail?.raw).toMatch(/^Auto-Submitted: auto-generated\r?$/m);
    expect(await runOf(taskId)).toMatchObject({ status: 'Completed', mail_done_at: expect.any(Date) });
    expect(await world.logs(runId)).toMatchObject([
      { status: 'Completed', http_status: null, response: null },
    ]);
  });

  test('a webhook, then a mail; the first is stored before the second begins', async () => {
    const { taskId, path, recipient, runId } = await create({ hook: true, mail: true });
    let storedAtMail: Promise<Date | null> | undefined;
    world.sink.behave((stage) => {
      if (stage === 'recipient') storedAtMail = runOf(taskId).then((run) => run.webhook_done_at);
      return 'accept';
    });
    await world.workRuns([first(runId)]);
    expect(await storedAtMail).toBeInstanceOf(Date);
    expect([callsTo(path).length, world.mailsTo(recipient).length]).toEqual([1, 1]);
    expect(await world.logs(runId)).toMatchObject([{ status: 'Completed', http_status: 200 }]);
  });

  test('a manual run has no due time', async () => {
    const { taskId, path } = await create({ hook: true }, { method: 'POST' });
    const runId = await world.insertRun(taskId, { trigger_kind: 'manual' });
    await world.workRuns([first(runId)]);
    expect(callsTo(path).map(({ body }) => body)).toEqual([
      JSON.stringify({ run_id: runId, task_id: taskId }),
    ]);
  });
});

describe('failure', () => {
  test('of the webhook ends the attempt before the mail and climbs the ladder', async () => {
    hooks.behave(answerWith(503, 'try later'));
    const { taskId, path, recipient, runId } = await create({ hook: true, mail: true });
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      await world.workRuns([{ id: runId, attempt }]);
      const run = await runOf(taskId);
      expect(run).toMatchObject({ attempts: attempt, status: attempt < 5 ? 'Pending' : 'Failed' });
      expect(run.error).toBe('http_error: 503 try later');
      const next = await world.runJob({ id: runId, attempt: attempt + 1 });
      expect(next === undefined).toBe(attempt === 5);
      if (attempt < 5) await world.changeRun(runId, { next_attempt_at: await world.clock(-1) });
    }
    expect(callsTo(path)).toHaveLength(5);
    expect(new Set(callsTo(path).map(({ headers }) => headers['idempotency-key']))).toEqual(
      new Set([`run-${runId}`]),
    );
    expect(world.mailsTo(recipient)).toEqual([]);
    const logs = await world.logs(runId);
    expect(logs.map(({ attempt, status, http_status }) => [attempt, status, http_status])).toEqual(
      [1, 2, 3, 4, 5].map((attempt) => [attempt, 'Failed', 503]),
    );
    expect(await world.scheduled(taskId)).toMatchObject({ active: 1 });
  });

  test('of the mail does not repeat the webhook', async () => {
    world.sink.behave((stage) => (stage === 'data' ? { code: 451, text: 'later' } : 'accept'));
    const { taskId, path, recipient, runId } = await create({ hook: true, mail: true });
    await world.workRuns([first(runId)]);
    expect(await runOf(taskId)).toMatchObject({ status: 'Pending', error: 'smtp_error: 451' });
    world.sink.behave(() => 'accept');
    await world.changeRun(runId, { next_attempt_at: await world.clock(-1) });
    await world.workRuns([{ id: runId, attempt: 2 }]);
    expect(await runOf(taskId)).toMatchObject({ status: 'Completed', attempts: 2, error: null });
    expect([callsTo(path).length, world.mailsTo(recipient).length]).toEqual([1, 1]);
    expect(await world.logs(runId)).toMatchObject([
      { attempt: 1, status: 'Failed', http_status: 200 },
      { attempt: 2, status: 'Completed', http_status: null },
    ]);
  });

  test.each([
    ['a 4xx', 'http_error: 410 gone', { hook: true }, {}],
    ['a forbidden address', 'url_not_allowed: ', { hook: true }, { url: 'http://127.0.0.2/forbidden' }],
    ['neither template nor url', 'template_missing: ', {}, {}],
    ['a content without recipient', 'content_invalid: ', {}, { template_id: 4, content: '' }],
    [
      'a content with too few variables',
      'variable_missing: ',
      {},
      { template_id: 1, content: 'a@example.com' },
    ],
  ])('%s is permanent', async (_, error, parts, columns) => {
    hooks.behave(answerWith(410, 'gone'));
    const { taskId, runId } = await create(parts, columns);
    await world.workRuns([first(runId)]);
    const run = await runOf(taskId);
    expect(run).toMatchObject({ status: 'Failed', attempts: 1, next_attempt_at: null });
    expect(run.error).toContain(error);
  });

  test('a slow webhook is temporary', async () => {
    hooks.behave(() => undefined);
    const { taskId, runId } = await create();
    await world.workRuns([first(runId)]);
    const run = await runOf(taskId);
    expect(run).toMatchObject({ status: 'Pending', attempts: 1 });
    expect(run.error).toMatch(/^webhook_timeout: /);
  });

  test('with skip, a retry on or after the following occurrence is none (W9)', async () => {
    hooks.behave(answerWith(503));
    const minutely = { cron: '* * * * *', catch_up: 'skip' as const };
    const [soon, late] = [await create({ hook: true }, minutely), await create({ hook: true }, minutely)];
    const due = new Date(Math.floor((await world.clock()).getTime() / 60_000) * 60_000);
    await world.changeRun(soon.runId, { due_at: new Date(due.getTime() + 60_000) });
    // The occurrence that follows this one has passed already.
    await world.changeRun(late.runId, { due_at: new Date(due.getTime() - 60_000), attempts: 1 });
    await world.workRuns([first(soon.runId), { id: late.runId, attempt: 2 }]);
    expect(await runOf(soon.taskId)).toMatchObject({ status: 'Pending' });
    expect(await runOf(late.taskId)).toMatchObject({ status: 'Failed', attempts: 2 });
  });
});

describe('exactly once', () => {
  test('many workers and duplicate jobs claim every run once', async () => {
    const made = await Promise.all(Array.from({ length: 20 }, () => create({ hook: true, mail: true })));
    const jobs = made.map(({ runId }) => first(runId));
    const other = openDatabase(world.resources.config);
    await Promise.all([
      world.workRuns([...jobs, ...jobs]),
      world.workRuns(jobs.toReversed(), { db: other }),
      world.workRuns(jobs),
      world.workRuns(jobs.toReversed(), { db: other }),
    ]);
    await other.destroy();
    for (const { path, recipient, runId } of made) {
      expect([callsTo(path).length, world.mailsTo(recipient).length]).toEqual([1, 1]);
      expect(await world.logs(runId)).toHaveLength(1);
    }
  });

  test('an early job goes back for the remaining time', async () => {
    const { runId, path } = await create();
    await world.changeRun(runId, { next_attempt_at: await world.clock(5) });
    const { batchItemFailures } = await world.workRuns([first(runId)]);
    expect(batchItemFailures).toEqual([
      { itemIdentifier: `run-${runId}-1`, retryAfterMs: expect.any(Number) },
    ]);
    expect(batchItemFailures[0]?.retryAfterMs).toBeGreaterThan(4_000);
    expect(callsTo(path)).toEqual([]);
  });

  test.each([
    ['of an attempt that was made', { attempts: 1 }],
    ['of a finished run', { status: 'Completed' as const }],
    ['of a run that another worker holds', { lease_token: 'x', lease_until: new Date('2090-01-01') }],
  ])('a job %s ends without effect', async (_, columns) => {
    const { runId, path } = await create();
    await world.changeRun(runId, columns);
    expect(await world.workRuns([first(runId)])).toEqual(none);
    expect(callsTo(path)).toEqual([]);
    expect(await world.logs(runId)).toEqual([]);
  });
});

describe('skipped (S7)', () => {
  const dueAt = async (runId: number, seconds: number) => {
    await world.changeRun(runId, { due_at: await world.clock(seconds) });
  };
  const attempted = async (runId: number, taskId: number, attempt = 1) => {
    await world.workRuns([{ id: runId, attempt }]);
    const row = (await world.runs(taskId)).find(({ id }) => id === runId);
    return row?.status;
  };

  test('when the task is inactive, at any attempt, manual or not', async () => {
    const { taskId, runId, path } = await create({ hook: true }, { active: 0 });
    const again = await world.insertRun(taskId, { due_at: await world.clock(-60), attempts: 2 });
    const manual = await world.insertRun(taskId, { trigger_kind: 'manual' });
    expect(await attempted(runId, taskId)).toBe('Skipped');
    expect(await attempted(again, taskId, 3)).toBe('Skipped');
    expect(await attempted(manual, taskId)).toBe('Skipped');
    expect(callsTo(path)).toEqual([]);
    expect(await world.logs(runId)).toEqual([]);
    expect((await world.scheduled(taskId)).previous_run).toBeNull();
    expect(await runOf(taskId)).toMatchObject({ lease_token: null, next_attempt_at: null });
  });

  test('when a later scheduled run is due already, but not a retry or a manual run', async () => {
    const { taskId, runId } = await create();
    await dueAt(runId, -120);
    const later = await world.insertRun(taskId, { due_at: await world.clock(-60) });
    const retry = await world.insertRun(taskId, { due_at: await world.clock(-180), attempts: 1 });
    const manual = await world.insertRun(taskId, { trigger_kind: 'manual' });
    await world.insertRun(taskId, { due_at: await world.clock(60) });
    expect(await attempted(runId, taskId)).toBe('Skipped');
    expect(await attempted(retry, taskId, 2)).toBe('Completed');
    expect(await attempted(manual, taskId)).toBe('Completed');
    expect(await attempted(later, taskId)).toBe('Completed');
  });

  test.each([
    ['skip', -130, 'Skipped'],
    ['skip', -110, 'Completed'],
    ['last', -130, 'Completed'],
  ] as const)('%s, %d s after its due time: %s', async (catch_up, seconds, status) => {
    const { taskId, runId } = await create({ hook: true }, { catch_up });
    await dueAt(runId, seconds);
    expect(await attempted(runId, taskId)).toBe(status);
  });
});

describe('a worker that died', () => {
  const die = async (runId: number, columns = {}) => {
    const lease = { lease_token: 'b6f0c0f2-0000-4000-8000-000000000000', lease_until: await world.clock(-1) };
    await world.changeRun(runId, { attempts: 1, started_at: await world.clock(-60), ...lease, ...columns });
    await tick(world.resources.context());
  };

  test('before the record of its webhook: it is repeated with the same ids, logged as interrupted', async () => {
    const { taskId, path, recipient, runId } = await create({ hook: true, mail: true });
    await die(runId);
    expect(await runOf(taskId)).toMatchObject({ status: 'Pending', attempts: 1, lease_token: null });
    expect(await world.logs(runId)).toMatchObject([
      { attempt: 1, status: 'Failed', error: expect.stringMatching(/^interrupted: /) },
    ]);
    expect(await world.runJob({ id: runId, attempt: 2 })).toMatchObject({ delay: 0 });
    await world.workRuns([first(runId), { id: runId, attempt: 2 }]);
    expect(callsTo(path).map(({ headers }) => headers['idempotency-key'])).toEqual([`run-${runId}`]);
    expect(world.mailsTo(recipient)).toHaveLength(1);
  });

  test('after that record: only the mail is sent', async () => {
    const { taskId, path, recipient, runId } = await create({ hook: true, mail: true });
    await die(runId, { webhook_done_at: await world.clock(-2) });
    await world.workRuns([{ id: runId, attempt: 2 }]);
    expect([callsTo(path).length, world.mailsTo(recipient).length]).toEqual([0, 1]);
    expect(await runOf(taskId)).toMatchObject({ status: 'Completed', attempts: 2 });
  });

  test('on the last attempt leaves a failed run', async () => {
    const { taskId, runId } = await create();
    await die(runId, { attempts: 5 });
    const run = await runOf(taskId);
    expect(run).toMatchObject({ status: 'Failed', finished_at: expect.any(Date), next_attempt_at: null });
    expect(run.error).toMatch(/^interrupted: /);
  });
});

describe('a task that is deleted during an attempt', () => {
  test('its webhook still writes its log, without the task; the mail is not sent', async () => {
    const { taskId, recipient, runId } = await create({ hook: true, mail: true });
    hooks.behave((_call, response) => {
      void world.resources.db
        .deleteFrom('scheduled_tasks')
        .where('id', '=', taskId)
        .execute()
        .then(() => response.end());
    });
    expect(await world.workRuns([first(runId)])).toEqual(none);
    expect(world.mailsTo(recipient)).toEqual([]);
    expect(await world.logs(runId)).toMatchObject([
      { task_id: null, status: 'Failed', http_status: 200, error: expect.stringMatching(/^cancelled: /) },
    ]);
  });

  test('a run without further step ends as it would have', async () => {
    const { taskId, runId } = await create();
    hooks.behave((_call, response) => {
      void sql`DELETE FROM scheduled_tasks WHERE id = ${taskId}`
        .execute(world.resources.db)
        .then(() => response.end('ok'));
    });
    await world.workRuns([first(runId)]);
    expect(await world.logs(runId)).toMatchObject([{ task_id: null, status: 'Completed', response: 'ok' }]);
  });
});

test('a worker that is told to stop gives its run back at once', async () => {
  const { taskId, runId } = await create();
  const stop = new AbortController();
  hooks.behave(() => stop.abort());
  await world.workRuns([first(runId)], { signal: stop.signal });
  const run = await runOf(taskId);
  expect(run).toMatchObject({ status: 'Pending', attempts: 1, lease_token: null });
  expect(run.error).toMatch(/^interrupted: /);
  expect(run.next_attempt_at?.getTime()).toBeLessThanOrEqual((await world.clock()).getTime());
});
