import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type FaultWorld, openFaultWorld, until } from './fault-harness.ts';
import { createRun, createTask, type Item } from './items.ts';

let world: FaultWorld;
beforeAll(async () => {
  world = await openFaultWorld({ TASK_SCHEDULED_CONCURRENCY: '3' });
}, 60_000);
afterEach(() => world.reset());
afterAll(() => world.close(), 30_000);

const ATTEMPTS = 5;
const EVERY_ATTEMPT = Array.from({ length: ATTEMPTS }, () => 'Failed');

const ends = async (item: Item, status: string, timeoutMs = 30_000): Promise<void> =>
  until(`an item is ${status}`, async () => (await item.state()).status === status, timeoutMs);

const expectLadder = async (item: Item, error: RegExp): Promise<void> => {
  expect(await item.state()).toMatchObject({
    attempts: ATTEMPTS,
    outcomes: EVERY_ATTEMPT,
    error: expect.stringMatching(error),
  });
};

describe('SMTP', () => {
  test.each(['down', '4xx'])('%s: the ladder, then failed; webhooks of other runs go on', async (kind) => {
    if (kind === 'down') world.gates.smtp.shut();
    else world.sink.behave((stage) => (stage === 'recipient' ? { code: 451, text: 'later' } : 'accept'));
    await world.start('worker,scheduler');
    const task = await createTask(world);
    const run = await createRun(world);
    const other = await createRun(world, { mail: false });
    await ends(other, 'Completed', 10_000);
    expect((await task.state()).status).toBe('Enqueued');
    await ends(task, 'Failed');
    await ends(run, 'Failed');
    await expectLadder(task, /^smtp_error: /);
    await expectLadder(run, /^smtp_error: /);
    expect(run.calls()).toHaveLength(1);
    expect([...task.mails(), ...run.mails()]).toEqual([]);
  });

  test('refusing a recipient for good: failed at once; other mails are unaffected', async () => {
    let refused: string | undefined;
    world.sink.behave((stage, address) => {
      if (stage !== 'recipient') return 'accept';
      refused ??= address;
      return address === refused ? { code: 550, text: 'unknown' } : 'accept';
    });
    await world.start('worker,scheduler');
    const task = await createTask(world);
    await ends(task, 'Failed');
    const others = [await createTask(world), await createRun(world)];
    for (const other of others) await ends(other, 'Completed');
    expect(await task.state()).toMatchObject({
      attempts: 1,
      error: expect.stringMatching(/^recipient_refused: /),
    });
    for (const other of others) expect(other.mails()).toHaveLength(1);
  });
});

describe('a webhook', () => {
  test('that never answers: time limit, ladder, failed; immediate mail is not delayed', async () => {
    world.webhooks.behave(() => undefined);
    await world.start('worker,scheduler');
    // More than may run at a time, so that some wait.
    const runs = await Promise.all(Array.from({ length: 5 }, () => createRun(world)));
    await until('webhooks are under way', () => runs.filter((run) => run.calls().length > 0).length === 3);
    const startedAt = performance.now();
    const tasks = await Promise.all(Array.from({ length: 5 }, () => createTask(world)));
    for (const task of tasks) await ends(task, 'Completed');
    expect(performance.now() - startedAt).toBeLessThan(1_400);
    for (const run of runs) await ends(run, 'Failed', 60_000);
    for (const run of runs) {
      await expectLadder(run, /^webhook_timeout: /);
      expect(new Set(run.calls()).size).toBe(1);
      expect(run.mails()).toEqual([]);
    }
  }, 90_000);

  test('that is down: ladder, failed', async () => {
    world.gates.webhook.shut();
    await world.start('worker,scheduler');
    const run = await createRun(world);
    await ends(run, 'Failed');
    await expectLadder(run, /^webhook_unreachable: /);
    expect(run.mails()).toEqual([]);
  });
});
