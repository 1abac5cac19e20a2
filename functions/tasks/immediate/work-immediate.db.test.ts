import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { readContent } from '../content/content-storage.ts';
import { newRecipient, openTaskHarness, type TaskHarness } from '../testing/task-harness.ts';

let world: TaskHarness;
beforeAll(async () => {
  world = await openTaskHarness();
});
afterEach(async () => {
  world.sink.behave(() => 'accept');
  await world.resources.at();
});
afterAll(() => world.close());

const first = (id: number) => ({ id, round: 1, attempt: 1 });
const again = (id: number, attempt: number) => ({ id, round: 1, attempt });
const none = { batchItemFailures: [] };

describe('success', () => {
  test('sends one mail and completes the task and its attempt', async () => {
    const recipient = newRecipient();
    const id = await world.create({ recipient });
    expect(await world.work([first(id)])).toEqual(none);
    const [mail, ...others] = world.mailsTo(recipient);
    expect(others).toEqual([]);
    expect(mail?.subject).toBe('Confirm your e-mail address');
    expect(mail?.text).toContain('https://example.org/verify?token=abc123');
    expect(mail?.messageId).toBe(`<task-${id}-1@example.org>`);
    expect(mail?.raw).toMatch(new RegExp(`^X-Task-Id: ${id}\r?$`, 'm'));
    expect(mail?.raw).toMatch(/^Auto-Submitted: auto-generated\r?$/m);
    expect(await world.task(id)).toMatchObject({
      status: 'Completed',
      attempts: 1,
      error: null,
      next_attempt_at: null,
      lease_token: null,
      lease_until: null,
      completed_at: expect.any(Date),
    });
    expect(await world.history(id)).toMatchObject([
      { round_no: 1, attempt: 1, outcome: 'Completed', error: null, finished_at: expect.any(Date) },
    ]);
  });

  test('a sensitive content is sealed, then cut to its recipient', async () => {
    const recipient = newRecipient();
    const id = await world.create({ recipient });
    const before = await world.task(id);
    expect(before.content).not.toMatch(/hanako|token|abc123/);
    await world.work([first(id)]);
    const { content, content_redacted } = await world.task(id);
    expect(content_redacted).toBe(1);
    expect(readContent({ content, sensitive: true }, world.resources.config)).toBe(recipient);
  });

  test('a content without secrets stays as it is', async () => {
    const recipient = newRecipient();
    const id = await world.create({
      slug: 'email_changed_notice',
      recipient,
      variables: ['h***@example.com'],
    });
    await world.work([first(id)]);
    const task = await world.task(id);
    expect(task).toMatchObject({ content: `${recipient};h***@example.com`, content_redacted: 0 });
  });
});

describe('exactly once', () => {
  test('a job that comes twice, in one batch and later, sends one mail', async () => {
    const recipient = newRecipient();
    const id = await world.create({ recipient });
    expect(await world.work([first(id), first(id)])).toEqual(none);
    expect(await world.work([first(id)])).toEqual(none);
    expect(world.mailsTo(recipient)).toHaveLength(1);
    expect(await world.history(id)).toHaveLength(1);
  });

  test('many workers at once claim every task once', async () => {
    const recipient = newRecipient();
    const ids = await Promise.all(Array.from({ length: 30 }, () => world.create({ recipient })));
    const jobs = ids.map(first);
    // Another pool of connections is another process as far as the claims are concerned.
    const { openDatabase } = await import('#shared/database/database.ts');
    const other = openDatabase(world.resources.config);
    const workers = [{}, { db: other }, {}, { db: other }];
    await Promise.all(
      workers.map((context, index) => world.work(index < 2 ? jobs : jobs.toReversed(), context)),
    );
    await other.destroy();
    expect(world.mailsTo(recipient)).toHaveLength(30);
    for (const id of ids)
      expect((await world.history(id)).map(({ outcome }) => outcome)).toEqual(['Completed']);
  });

  test('an early job goes back for the remaining time', async () => {
    const recipient = newRecipient();
    const id = await world.inSeconds(5, () => world.create({ recipient }));
    const { batchItemFailures } = await world.work([first(id)]);
    expect(batchItemFailures).toEqual([{ itemIdentifier: `im-${id}-1-1`, retryAfterMs: expect.any(Number) }]);
    expect(batchItemFailures[0]?.retryAfterMs).toBeGreaterThan(4_000);
    expect(batchItemFailures[0]?.retryAfterMs).toBeLessThanOrEqual(5_000);
    expect(await world.task(id)).toMatchObject({ attempts: 0, lease_token: null });
    expect(world.mailsTo(recipient)).toEqual([]);
  });

  test.each([
    ['of another round', { round_no: 2 }],
    ['of an attempt that was made', { attempts: 1 }],
    ['of a finished task', { status: 'Completed' as const }],
    ['of a task that another worker holds', { lease_token: 'x', lease_until: new Date('2090-01-01') }],
  ])('a job %s ends without effect', async (_, columns) => {
    const recipient = newRecipient();
    const id = await world.create({ recipient });
    await world.change(id, columns);
    expect(await world.work([first(id)])).toEqual(none);
    expect(world.mailsTo(recipient)).toEqual([]);
    expect(await world.history(id)).toEqual([]);
  });

  test('a job of a task that is gone ends without effect, one that names none fails', async () => {
    expect(await world.work([first(4_000_000)])).toEqual(none);
    const { workImmediate } = await import('./work-immediate.ts');
    const Records = ['{}', 'x', '{"id":-1,"round":1,"attempt":1}'].map((body, index) => ({
      messageId: String(index),
      body,
    }));
    const { batchItemFailures } = await workImmediate({ Records }, world.resources.context());
    expect(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)).toEqual(['0', '1', '2']);
  });
});

describe('failure', () => {
  test('climbs the ladder with one Message-ID, then fails', async () => {
    const recipient = newRecipient();
    world.sink.behave((stage) => (stage === 'data' ? { code: 451, text: 'later' } : 'accept'));
    const id = await world.create({ recipient });
    const expected = [10, 60, 300, 1_800];
    for (let attempt = 1; attempt <= 4; attempt++) {
      await world.work([again(id, attempt)]);
      const task = await world.task(id);
      expect(task).toMatchObject({
        status: 'Enqueued',
        attempts: attempt,
        error: 'smtp_error: 451',
        lease_token: null,
      });
      const [last] = (await world.history(id)).slice(-1);
      const delay = (task.next_attempt_at?.getTime() ?? 0) - (last?.finished_at?.getTime() ?? 0);
      expect(delay / 1_000 / (expected[attempt - 1] ?? 0)).toBeGreaterThanOrEqual(0.8);
      expect(delay / 1_000 / (expected[attempt - 1] ?? 0)).toBeLessThanOrEqual(1.2);
      expect(await world.job(again(id, attempt + 1))).toMatchObject({ data: again(id, attempt + 1) });
      await world.resources.at(task.next_attempt_at ?? undefined);
    }
    await world.work([again(id, 5)]);
    const task = await world.task(id);
    expect(task).toMatchObject({ status: 'Failed', attempts: 5, content_redacted: 1, next_attempt_at: null });
    expect(task.error).toBe('smtp_error: 451');
    expect(task.completed_at).toBeInstanceOf(Date);
    expect((await world.history(id)).map(({ outcome, error }) => [outcome, error])).toEqual(
      Array.from({ length: 5 }, () => ['Failed', 'smtp_error: 451']),
    );
    expect(await world.job(again(id, 6))).toBeUndefined();
  });

  test('success after a failure clears the error and keeps the Message-ID', async () => {
    const recipient = newRecipient();
    world.sink.behave((stage) => (stage === 'recipient' ? { code: 450, text: 'later' } : 'accept'));
    const id = await world.create({ recipient });
    await world.work([first(id)]);
    world.sink.behave(() => 'accept');
    await world.inSeconds(20, () => world.work([again(id, 2)]));
    expect(await world.task(id)).toMatchObject({ status: 'Completed', attempts: 2, error: null });
    expect(world.mailsTo(recipient).map(({ messageId }) => messageId)).toEqual([
      `<task-${id}-1@example.org>`,
    ]);
    const [failed, completed] = await world.history(id);
    expect([failed?.error, completed?.error]).toEqual(['smtp_error: 450 later', null]);
  });

  test('a refused recipient ends the task at once and leaves the others of the batch alone', async () => {
    const recipient = newRecipient();
    world.sink.behave((_, address) =>
      address === 'bad@example.com' ? { code: 550, text: 'no such user' } : 'accept',
    );
    const ids = [await world.create({ recipient: 'bad@example.com' }), await world.create({ recipient })];
    await world.work(ids.map(first));
    const [refused, sent] = await Promise.all(ids.map(world.task));
    expect(refused).toMatchObject({ status: 'Failed', attempts: 1, content_redacted: 1 });
    expect(refused?.error).toBe('recipient_refused: 550 no such user');
    expect(sent).toMatchObject({ status: 'Completed' });
  });

  test('a hanging mail server is smtp_timeout and holds nobody else up', async () => {
    const recipient = newRecipient();
    world.sink.behave((_, address) => (address === 'slow@example.com' ? 'hang' : 'accept'));
    const [slow, quick] = [
      await world.create({ recipient: 'slow@example.com' }),
      await world.create({ recipient }),
    ];
    const slowly = world.work([first(slow)]);
    await world.work([first(quick)]);
    expect(await world.task(quick)).toMatchObject({ status: 'Completed' });
    expect(await world.task(slow)).toMatchObject({ status: 'Enqueued', lease_token: expect.any(String) });
    await slowly;
    const { error, status } = await world.task(slow);
    expect([status, error]).toEqual(['Enqueued', 'smtp_timeout: the mail server did not answer in time']);
  });

  test('what cannot be composed fails for good without a mail', async () => {
    const { db, config } = world.resources;
    const recipient = newRecipient();
    const insert = async (slug: string, body: string) => {
      await sql`INSERT INTO email_templates (slug, subject_template, body_template, created_at, updated_at)
        VALUES (${slug}, 'S', ${body}, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3))`.execute(db);
      return world.create({ slug, recipient, variables: ['secret'.repeat(1_000)] });
    };
    const [gone, edited, large, sealed] = [
      await insert('t_gone', '{{1}}'),
      await insert('t_edited', '{{1}}'),
      await insert('t_large', '{{1}}'.repeat(200)),
      await insert('t_sealed', '{{1}}'),
    ];
    await db.deleteFrom('email_templates').where('slug', '=', 't_gone').execute();
    await db
      .updateTable('email_templates')
      .set({ body_template: '{{2}}' })
      .where('slug', '=', 't_edited')
      .execute();
    await world.change(sealed, { content: 'v1:damaged' });
    await world.work([gone, edited, large, sealed].map(first));
    const rows = await Promise.all([gone, edited, large, sealed].map(world.task));
    expect(rows.map(({ error }) => error?.split(':')[0])).toEqual([
      'template_missing',
      'variable_missing',
      'too_large',
      'content_invalid',
    ]);
    for (const row of rows) {
      expect(row).toMatchObject({ status: 'Failed', attempts: 1, content_redacted: 1 });
      expect(readContent({ content: row.content, sensitive: true }, config)).not.toContain('secret');
    }
    expect(world.mailsTo(recipient)).toEqual([]);
  });

  test('variables appear in no error, log or job', async () => {
    const lines: string[] = [];
    const { createLog } = await import('#shared/log/log.ts');
    const { Writable } = await import('node:stream');
    const destination = new Writable({
      write: (chunk, _encoding, done) => {
        lines.push(String(chunk));
        done();
      },
    });
    const log = createLog('trace', destination);
    world.sink.behave((stage) =>
      stage === 'data' ? { code: 451, text: 'greylisted: token=abc123' } : 'accept',
    );
    const id = await world.create({}, { log });
    await world.work([first(id)], { log });
    const rows = JSON.stringify([await world.task(id), await world.history(id)]);
    const job = JSON.stringify(await world.job(again(id, 2)));
    expect(lines.length).toBeGreaterThan(1);
    expect(rows + job + lines.join('')).not.toMatch(/abc123|hanako/);
  });
});
