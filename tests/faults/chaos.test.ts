import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type FaultWorld, openFaultWorld, until } from './fault-harness.ts';
import { createRun, createTask, type Item } from './items.ts';
import { openChance } from './seed.ts';

let world: FaultWorld;
beforeAll(async () => {
  // More attempts than the faults can cost: a server that is cut may refuse one every second.
  world = await openFaultWorld({ TASK_RETRY_DELAYS_SECONDS: Array.from({ length: 30 }, () => '1').join() });
}, 60_000);
afterAll(() => world.close(), 30_000);

const ROUNDS = 8;
const ITEMS = 12;

/** Kills both processes at random moments, flushes or cuts a server in between. */
test('random kills, cuts and flushes lose nothing, and no attempt has an effect twice', async () => {
  const chance = openChance('chaos');
  const items: Item[] = [];
  const faults = [
    () => world.gates.database.shut(),
    () => world.gates.redis.shut(),
    () => world.gates.smtp.shut(),
    () => world.flush(),
    () => undefined,
  ];
  for (let round = 0; round < ROUNDS; round += 1) {
    for (let count = 0; count < ITEMS; count += 1)
      items.push(await createTask(world), await createRun(world));
    await Promise.all([world.start('worker'), world.start('worker,scheduler')]);
    await sleep(chance.between(0, 400));
    await faults[chance.between(0, faults.length - 1)]?.();
    await sleep(chance.between(0, 700));
    if (chance.next() < 0.3) await world.heal();
    await sleep(chance.between(0, 300));
    await world.reset();
  }
  const last = await world.start('worker,scheduler');
  const open = async () => {
    const states = await Promise.all(items.map((item) => item.state()));
    return states.filter(({ status }) => status !== 'Completed');
  };
  await until('all is completed', async () => (await open()).length === 0, 60_000).catch(async (error) => {
    console.log(await open(), last.errors());
    throw error;
  });

  for (const item of items) {
    const { attempts } = await item.state();
    expect(item.mails().length).toBeGreaterThanOrEqual(1);
    expect(item.mails().length).toBeLessThanOrEqual(attempts);
    expect(item.calls().length).toBeLessThanOrEqual(attempts);
    expect(new Set(item.mails()).size).toBe(1);
    expect(new Set(item.calls()).size).toBeLessThanOrEqual(1);
  }
}, 180_000);
