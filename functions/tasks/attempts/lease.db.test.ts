import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase } from '#shared/database/database.ts';
import { claimAttempts } from '../immediate/queries/claims.ts';
import { tick } from '../operations/tick.ts';
import { startGate } from '../testing/gate.ts';
import { newRecipient, openTaskHarness, type TaskHarness } from '../testing/task-harness.ts';

let world: TaskHarness;
beforeAll(async () => {
  world = await openTaskHarness({ TASK_LEASE_SECONDS: '1', SMTP_SEND_TIMEOUT_MS: '5000' });
});
afterEach(() => world.sink.behave(() => 'accept'));
afterAll(() => world.close());

const first = (id: number) => ({ id, round: 1, attempt: 1 });
const second = (id: number) => ({ id, round: 1, attempt: 2 });

/** Starts an attempt whose mail the server never answers. */
const startSlowly = async (recipient: string) => {
  const arrived = new Promise<void>((resolve) => {
    world.sink.behave((stage, address) => {
      if (stage === 'recipient' && address === recipient) resolve();
      return stage === 'recipient' && address === recipient ? 'hang' : 'accept';
    });
  });
  const id = await world.create({ recipient });
  const stop = new AbortController();
  const working = world.work([first(id)], { signal: stop.signal });
  await arrived;
  return { id, working, stop: () => stop.abort() };
};

test('is renewed as long as the worker works', async () => {
  const { id, working, stop } = await startSlowly(newRecipient());
  const before = (await world.task(id)).lease_until;
  await sleep(1_400);
  await tick(world.resources.context());
  const { status, lease_until, lease_token } = await world.task(id);
  expect([status, lease_token]).toEqual(['Enqueued', expect.any(String)]);
  expect(lease_until?.getTime()).toBeGreaterThan(before?.getTime() ?? 0);
  stop();
  await working;
});

test('a worker that is told to stop gives its attempt back at once', async () => {
  const recipient = newRecipient();
  const { id, working, stop } = await startSlowly(recipient);
  stop();
  expect(await working).toEqual({ batchItemFailures: [] });
  expect(await world.task(id)).toMatchObject({ status: 'Enqueued', lease_token: null, attempts: 1 });
  expect(await world.history(id)).toMatchObject([
    { outcome: 'Interrupted', error: expect.stringMatching(/^interrupted: /) },
  ]);
  world.sink.behave(() => 'accept');
  await world.work([second(id)]);
  expect(world.mailsTo(recipient)).toHaveLength(1);
});

test('a worker that lost its lease changes nothing', async () => {
  const recipient = newRecipient();
  const { id, working } = await startSlowly(recipient);
  await world.inSeconds(5, () => tick(world.resources.context()));
  const closed = await world.task(id);
  expect(closed).toMatchObject({ status: 'Enqueued', lease_token: null, attempts: 1 });
  // The next renewal finds the lease gone and ends the delivery.
  expect(await working).toEqual({ batchItemFailures: [] });
  expect(await world.task(id)).toEqual(closed);
  expect(await world.history(id)).toMatchObject([{ outcome: 'Interrupted' }]);
  expect(world.mailsTo(recipient)).toEqual([]);
});

describe('a worker that died', () => {
  /** A task whose attempt a worker claimed a minute ago and whose lease has run out. */
  const die = (attempt: number) =>
    world.inSeconds(-60, async () => {
      const recipient = newRecipient();
      const id = await world.create({ recipient });
      await world.change(id, { attempts: attempt - 1 });
      const lease = { token: 'b6f0c0f2-0000-4000-8000-000000000000', seconds: 30 };
      await claimAttempts(world.resources.db, [{ id, round: 1, attempt }], lease);
      return { id, recipient };
    });

  test('has its attempt closed by one tick, which also queues the next', async () => {
    const { id, recipient } = await die(1);
    await Promise.all([tick(world.resources.context()), tick(world.resources.context())]);
    expect(await world.task(id)).toMatchObject({
      status: 'Enqueued',
      attempts: 1,
      lease_token: null,
      error: expect.stringMatching(/^interrupted: /),
      content_redacted: 0,
    });
    expect(await world.history(id)).toMatchObject([
      { outcome: 'Interrupted', finished_at: expect.any(Date) },
    ]);
    expect((await world.job(second(id)))?.data).toEqual(second(id));
    await world.work([first(id), second(id)]);
    expect(world.mailsTo(recipient)).toHaveLength(1);
    expect(await world.task(id)).toMatchObject({ status: 'Completed', attempts: 2, error: null });
  });

  test('on the last attempt leaves a failed task without its secrets', async () => {
    const { id } = await die(5);
    await tick(world.resources.context());
    expect(await world.task(id)).toMatchObject({
      status: 'Failed',
      content_redacted: 1,
      completed_at: expect.any(Date),
      next_attempt_at: null,
    });
    expect(await world.job({ id, round: 1, attempt: 6 })).toBeUndefined();
  });
});

describe('the database goes away after the mail was accepted', () => {
  const deliverBehindGate = async (awayMs: number) => {
    const { config } = world.resources;
    const gate = await startGate(config.DB_HOST, config.DB_PORT);
    const db = openDatabase({ ...config, DB_HOST: '127.0.0.1', DB_PORT: gate.port });
    const recipient = newRecipient();
    const id = await world.create({ recipient });
    world.sink.behave((stage) => {
      if (stage === 'data') {
        gate.shut();
        setTimeout(gate.open, awayMs);
      }
      return 'accept';
    });
    const result = await world.work([first(id)], { db });
    world.sink.behave(() => 'accept');
    await db.destroy();
    await gate.stop();
    return { id, recipient, result };
  };

  test('and comes back within the lease: the outcome is recorded late', async () => {
    const { id, recipient, result } = await deliverBehindGate(400);
    expect(result).toEqual({ batchItemFailures: [] });
    expect(await world.task(id)).toMatchObject({ status: 'Completed', attempts: 1 });
    expect(world.mailsTo(recipient)).toHaveLength(1);
  });

  test('and stays away: the job ends, and the tick has the mail repeated with its Message-ID', async () => {
    const { id, recipient, result } = await deliverBehindGate(1_500);
    expect(result.batchItemFailures).toHaveLength(1);
    await world.inSeconds(5, async () => {
      await tick(world.resources.context());
      await world.work([second(id)]);
    });
    expect(await world.task(id)).toMatchObject({ status: 'Completed', attempts: 2 });
    const ids = world.mailsTo(recipient).map(({ messageId }) => messageId);
    expect(ids).toEqual([`<task-${id}-1@example.org>`, `<task-${id}-1@example.org>`]);
  });
});
