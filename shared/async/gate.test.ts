import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { openGate } from './gate.ts';

const gateOf = (places: number, mostWaiting: number, longestWaitMs?: number) =>
  openGate({
    places,
    mostWaiting,
    ...(longestWaitMs === undefined ? {} : { longestWaitMs }),
    refusal: (reason) => new Error(reason),
  });

test('lets callers in as they came, no more at once than there are places', async () => {
  const gate = gateOf(2, 100);
  const order: number[] = [];
  let inside = 0;
  const visit = async (visitor: number): Promise<void> => {
    const leave = await gate.enter();
    inside += 1;
    expect(inside).toBeLessThanOrEqual(2);
    order.push(visitor);
    await sleep(1);
    inside -= 1;
    leave();
  };
  await Promise.all(Array.from({ length: 20 }, (_, visitor) => visit(visitor)));
  expect(order).toEqual([...order].sort((a, b) => a - b));
});

test('refuses at once when the line is full, whether callers have a signal or not', async () => {
  const gate = gateOf(1, 2);
  const leave = await gate.enter();
  const { signal } = new AbortController();
  const waiting = [gate.enter(signal), gate.enter()];
  await expect(gate.enter(signal)).rejects.toThrow('full');
  leave();
  for (const next of waiting) (await next)();
});

test('whoever is aborted leaves the line, and the place goes to the next', async () => {
  const gate = gateOf(1, 10);
  const leave = await gate.enter();
  const controller = new AbortController();
  const given = gate.enter(controller.signal);
  const patient = gate.enter();
  controller.abort(new Error('gone'));
  await expect(given).rejects.toThrow('gone');
  await expect(gate.enter(controller.signal)).rejects.toThrow('gone');
  leave();
  (await patient)();
  (await gate.enter())();
});

test('a wait that is too long ends, and takes no place later', async () => {
  const gate = gateOf(1, 10, 20);
  const leave = await gate.enter();
  await expect(gate.enter()).rejects.toThrow('too-long');
  leave();
  const again = await gate.enter();
  again();
});

test('a place that is given back twice is one place', async () => {
  const gate = gateOf(1, 10, 20);
  const leave = await gate.enter();
  leave();
  leave();
  const second = await gate.enter();
  await expect(gate.enter()).rejects.toThrow('too-long');
  second();
});
