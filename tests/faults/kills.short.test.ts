import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type FaultWorld, openFaultWorld, until } from './fault-harness.ts';
import { createRun, createTask, type Item } from './items.ts';
import { type Chance, openChance } from './seed.ts';

let world: FaultWorld;
let chance: Chance;
beforeAll(async () => {
  chance = openChance('kills');
  world = await openFaultWorld();
}, 60_000);
afterEach(() => world.reset());
afterAll(() => world.close(), 30_000);

const isCompleted = async (item: Item): Promise<boolean> => (await item.state()).status === 'Completed';

/** Kills whoever works, then lets a worker and a scheduler that find everything healthy finish the work. */
const killAndFinish = async (item: Item): Promise<void> => {
  await sleep(chance.between(0, 200));
  await world.reset();
  await world.start('worker,scheduler');
  await until('the item is completed', () => isCompleted(item), 25_000);
};

describe('an immediate task whose worker is killed', () => {
  test('after the claim, before the mail: one mail', async () => {
    world.gates.smtp.hold();
    await world.start('worker');
    const task = await createTask(world);
    await until('the attempt is claimed', async () => (await task.state()).isHeld);
    await killAndFinish(task);
    expect(task.mails()).toHaveLength(1);
    expect(await task.state()).toMatchObject({ attempts: 2, outcomes: ['Interrupted', 'Completed'] });
  });

  test('after the mail was accepted, before the record: one more mail with the same Message-ID', async () => {
    world.sink.behave((stage) => {
      if (stage === 'data') world.gates.database.hold();
      return 'accept';
    });
    await world.start('worker');
    const task = await createTask(world);
    await until('the mail is there and its record on the way', () => {
      return task.mails().length === 1 && world.gates.database.heldBytes() > 0;
    });
    await killAndFinish(task);
    const [first, ...others] = task.mails();
    expect(others).toEqual([first]);
    expect(await task.state()).toMatchObject({ attempts: 2, outcomes: ['Interrupted', 'Completed'] });
  });
});

describe('a run whose worker is killed', () => {
  const startRun = async (): Promise<Item> => {
    const run = await createRun(world);
    const worker = await world.start('worker');
    await worker.tick();
    return run;
  };

  test('after the webhook answer, before its record: one more call with the same key, one mail', async () => {
    const answered = new Promise<void>((resolve) => {
      world.webhooks.behave((_call, response) => {
        world.gates.database.hold();
        response.once('finish', resolve).end();
      });
    });
    const run = await startRun();
    await answered;
    await until('the record is on the way', () => world.gates.database.heldBytes() > 0);
    await killAndFinish(run);
    const [first, ...others] = run.calls();
    expect(others).toEqual([first]);
    expect(run.mails()).toHaveLength(1);
    expect(await run.state()).toMatchObject({ attempts: 2, outcomes: ['Failed', 'Completed'] });
  });

  test('after that record, before the mail: one call, one mail', async () => {
    world.gates.smtp.hold();
    const run = await startRun();
    await until('the webhook is recorded', async () => (await run.state()).isWebhookDone);
    await killAndFinish(run);
    expect(run.calls()).toHaveLength(1);
    expect(run.mails()).toHaveLength(1);
  });
});
