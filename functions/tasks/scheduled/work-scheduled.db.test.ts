import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { answerWith, openRunHarness, type RunHarness } from '../testing/run-harness.ts';

let world: RunHarness;
beforeAll(async () => {
  world = await openRunHarness();
});
afterEach(async () => {
  world.behaveWell();
  await world.resources.at();
});
afterAll(() => world.close());

const first = (id: number) => ({ id, attempt: 1 });
const none = { batchItemFailures: [] };

describe('success', () => {
  test('a webhook: called with the ids of the run, its answer in the log', async () => {
    world.hooks.behave(answerWith(201, 'thanks'));
    const { taskId, path, runId } = await world.createRun({ hook: true }, { method: 'POST' });
    expect(await world.workRuns([first(runId)])).toEqual(none);
    const run = await world.runOf(taskId);
    expect(world.callsTo(path)).toHaveLength(1);
    expect(world.callsTo(path)[0]).toMatchObject({
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
    const { taskId, recipient, runId } = await world.createRun({ mail: true });
    await world.workRuns([first(runId)]);
    const [mail, ...others] = world.mailsTo(recipient);
    expect(others).toEqual([]);
    expect(mail?.messageId).toBe(`<run-${runId}@example.org>`);
    expect(mail?.raw).toMatch(new RegExp(`^X-Task-Id: ${taskId}\r?$`, 'm'));
    expect(mail?.raw).toMatch(new RegExp(`^X-Task-Run-Id: run-${runId}\r?$`, 'm'));
    expect(mail?.raw).toMatch(/^Auto-Submitted: auto-generated\r?$/m);
    expect(await world.runOf(taskId)).toMatchObject({ status: 'Completed', mail_done_at: expect.any(Date) });
    expect(await world.logs(runId)).toMatchObject([
      { status: 'Completed', http_status: null, response: null },
    ]);
  });

  test('a webhook, then a mail; the first is stored before the second begins', async () => {
    const { taskId, path, recipient, runId } = await world.createRun({ hook: true, mail: true });
    let storedAtMail: Promise<Date | null> | undefined;
    world.sink.behave((stage) => {
      if (stage === 'recipient') storedAtMail = world.runOf(taskId).then((run) => run.webhook_done_at);
      return 'accept';
    });
    await world.workRuns([first(runId)]);
    expect(await storedAtMail).toBeInstanceOf(Date);
    expect([world.callsTo(path).length, world.mailsTo(recipient).length]).toEqual([1, 1]);
    expect(await world.logs(runId)).toMatchObject([{ status: 'Completed', http_status: 200 }]);
  });

  test('a manual run has no due time', async () => {
    const { taskId, path } = await world.createRun({ hook: true }, { method: 'POST' });
    const runId = await world.insertRun(taskId, { trigger_kind: 'manual' });
    await world.workRuns([first(runId)]);
    expect(world.callsTo(path).map(({ body }) => body)).toEqual([
      JSON.stringify({ run_id: runId, task_id: taskId }),
    ]);
  });
});

describe('failure', () => {
  test('of the webhook ends the attempt before the mail and climbs the ladder', async () => {
    world.hooks.behave(answerWith(503, 'try later'));
    const { taskId, path, recipient, runId } = await world.createRun({ hook: true, mail: true });
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      await world.workRuns([{ id: runId, attempt }]);
      const run = await world.runOf(taskId);
      expect(run).toMatchObject({ attempts: attempt, status: attempt < 5 ? 'Pending' : 'Failed' });
      expect(run.error).toBe('http_error: 503 try later');
      const next = await world.runJob({ id: runId, attempt: attempt + 1 });
      expect(next === undefined).toBe(attempt === 5);
      await world.resources.at(run.next_attempt_at ?? undefined);
    }
    expect(world.callsTo(path)).toHaveLength(5);
    expect(new Set(world.callsTo(path).map(({ headers }) => headers['idempotency-key']))).toEqual(
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
    const { taskId, path, recipient, runId } = await world.createRun({ hook: true, mail: true });
    await world.workRuns([first(runId)]);
    expect(await world.runOf(taskId)).toMatchObject({ status: 'Pending', error: 'smtp_error: 451' });
    world.sink.behave(() => 'accept');
    await world.inSeconds(20, () => world.workRuns([{ id: runId, attempt: 2 }]));
    expect(await world.runOf(taskId)).toMatchObject({ status: 'Completed', attempts: 2, error: null });
    expect([world.callsTo(path).length, world.mailsTo(recipient).length]).toEqual([1, 1]);
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
    world.hooks.behave(answerWith(410, 'gone'));
    const { taskId, runId } = await world.createRun(parts, columns);
    await world.workRuns([first(runId)]);
    const run = await world.runOf(taskId);
    expect(run).toMatchObject({ status: 'Failed', attempts: 1, next_attempt_at: null });
    expect(run.error).toContain(error);
  });

  test('a slow webhook is temporary', async () => {
    world.hooks.behave(() => undefined);
    const { taskId, runId } = await world.createRun();
    await world.workRuns([first(runId)]);
    const run = await world.runOf(taskId);
    expect(run).toMatchObject({ status: 'Pending', attempts: 1 });
    expect(run.error).toMatch(/^webhook_timeout: /);
  });

  test('with skip, a retry on or after the following occurrence is none (W9)', async () => {
    world.hooks.behave(answerWith(503));
    const minutely = { cron: '* * * * *', catch_up: 'skip' as const };
    const due = Math.floor(Date.now() / 60_000) * 60_000;
    const secondsAfter = (seconds: number) => world.resources.at(new Date(due + seconds * 1_000));
    await secondsAfter(0);
    const late = await world.createRun({ hook: true }, minutely);
    await secondsAfter(30);
    await world.workRuns([first(late.runId)]);
    expect(await world.runOf(late.taskId)).toMatchObject({ status: 'Pending', attempts: 1 });
    await secondsAfter(60);
    const soon = await world.createRun({ hook: true }, minutely);
    // For the older run the following occurrence has passed, too.
    await world.workRuns([first(soon.runId), { id: late.runId, attempt: 2 }]);
    expect(await world.runOf(soon.taskId)).toMatchObject({ status: 'Pending' });
    expect(await world.runOf(late.taskId)).toMatchObject({ status: 'Failed', attempts: 2 });
  });
});
