import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type FaultWorld, openFaultWorld, until } from './fault-harness.ts';
import { createRun, createTask, type Item, insertScheduledTask, runItem } from './items.ts';
import { idle, runIds } from './queue-state.ts';
import { type Chance, openChance } from './seed.ts';

let world: FaultWorld;
let chance: Chance;
beforeAll(async () => {
  chance = openChance('kills at the borders');
  world = await openFaultWorld();
}, 60_000);
afterEach(() => world.reset());
afterAll(() => world.close(), 30_000);

/** The stall check of the queue: lock 10 s, check every 5 s, and a start of the process. */
const STALL_MS = 25_000;

const killAndFinish = async (item: Item): Promise<void> => {
  await sleep(chance.between(0, 200));
  await world.reset();
  await world.start('worker,scheduler');
  await until('the item is completed', async () => (await item.state()).status === 'Completed', STALL_MS);
};

const KINDS: readonly (readonly [string, (world: FaultWorld) => Promise<Item>])[] = [
  ['immediate task', createTask],
  ['run', createRun],
];

describe.each(KINDS)('%s', (_kind, create) => {
  const isRun = create === createRun;

  const startWork = async (): Promise<Item> => {
    const item = await create(world);
    const worker = await world.start('worker');
    await worker.tick();
    return item;
  };

  test('killed before the claim: no attempt is counted', async () => {
    const item = await create(world);
    const scheduler = await world.start('');
    await scheduler.tick();
    world.gates.database.hold();
    await world.start('worker');
    await until('the claim is on the way', () => world.gates.database.heldBytes() > 0);
    await killAndFinish(item);
    expect(await item.state()).toMatchObject({ attempts: 1, outcomes: ['Completed'] });
    expect(item.mails()).toHaveLength(1);
    expect(item.calls()).toHaveLength(isRun ? 1 : 0);
  });

  test('killed after the claim, before an effect: the effect happens once', async () => {
    world.gates.smtp.hold();
    world.gates.webhook.hold();
    const item = await startWork();
    await until('the attempt is claimed', async () => (await item.state()).isHeld);
    await killAndFinish(item);
    expect(item.mails()).toHaveLength(1);
    expect(item.calls()).toHaveLength(isRun ? 1 : 0);
    expect(await item.state()).toMatchObject({ attempts: 2 });
  });

  test('killed after the mail was accepted, before the record: one more mail, same Message-ID', async () => {
    world.sink.behave((stage) => {
      if (stage === 'data') world.gates.database.hold();
      return 'accept';
    });
    const item = await startWork();
    await until('the mail is there and its record on the way', () => {
      return item.mails().length === 1 && world.gates.database.heldBytes() > 0;
    });
    await killAndFinish(item);
    const [first, ...others] = item.mails();
    expect(others).toEqual([first]);
    expect(item.calls()).toHaveLength(isRun ? 1 : 0);
  });

  test('killed after the record, before the job ends: nothing is repeated', async () => {
    world.sink.behave((stage) => {
      if (stage === 'data') world.gates.redis.hold();
      return 'accept';
    });
    const item = await startWork();
    await until('the item is completed', async () => (await item.state()).status === 'Completed');
    await killAndFinish(item);
    await idle(world, STALL_MS);
    expect(item.mails()).toHaveLength(1);
    expect(item.calls()).toHaveLength(isRun ? 1 : 0);
    expect(await item.state()).toMatchObject({ attempts: 1, outcomes: ['Completed'] });
  });

  test('killed after a failure was recorded, before its next job: the retry comes with the tick', async () => {
    world.sink.behave((stage) => {
      if (stage === 'recipient') world.gates.redis.hold();
      return stage === 'recipient' ? { code: 451, text: 'later' } : 'accept';
    });
    const item = await startWork();
    await until('the failure is recorded', async () => {
      const { attempts, isHeld, error } = await item.state();
      return attempts === 1 && !isHeld && error !== null;
    });
    await killAndFinish(item);
    expect(item.mails()).toHaveLength(1);
    expect(item.calls()).toHaveLength(isRun ? 1 : 0);
    expect(await item.state()).toMatchObject({ attempts: 2, outcomes: ['Failed', 'Completed'] });
  });

  test('a tick killed before it added the job: the next one adds it', async () => {
    const item = await create(world);
    await world.flush();
    const scheduler = await world.start('');
    world.gates.redis.hold();
    const ticking = scheduler.tick().catch(() => undefined);
    await until('the job is on the way', () => world.gates.redis.heldBytes() > 0);
    await world.reset();
    await ticking;
    await killAndFinish(item);
    expect(item.mails()).toHaveLength(1);
    expect(await item.state()).toMatchObject({ attempts: 1, outcomes: ['Completed'] });
  });
});

test('a tick killed between the claim of a task and its job: the occurrence runs once', async () => {
  const task = await insertScheduledTask(
    world,
    {},
    {
      cron: '0 0 1 1 *',
      nextRun: 'UTC_TIMESTAMP(3) + INTERVAL 1 SECOND',
      catchUp: 'last',
    },
  );
  const scheduler = await world.start('');
  world.gates.redis.hold();
  const ticking = scheduler.tick().catch(() => undefined);
  await until('the run exists', async () => (await runIds(world, task)).length === 1);
  await world.reset();
  await ticking;
  const [id = 0] = await runIds(world, task);
  const run = runItem(world, task, id);
  await killAndFinish(run);
  expect(await runIds(world, task)).toEqual([id]);
  expect(run.calls()).toHaveLength(1);
  expect(run.mails()).toHaveLength(1);
});

test('SIGTERM: the worker claims nothing more and ends what it does, and the next one goes on', async () => {
  world.gates.smtp.hold();
  const worker = await world.start('worker');
  const task = await createTask(world);
  await until('the attempt is claimed', async () => (await task.state()).isHeld);
  const gone = worker.terminate();
  const later = await createTask(world);
  setTimeout(world.gates.smtp.open, 300);
  expect(await gone).toBe(0);
  expect(await task.state()).toMatchObject({ status: 'Completed', attempts: 1 });
  await killAndFinish(later);
  expect(later.mails()).toHaveLength(1);
});
