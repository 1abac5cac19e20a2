import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createByteGate } from './byte-gate.ts';

it('lets in what fits, in the order of arrival, and one that is too large alone', async () => {
  const gate = createByteGate(10);
  const inside: string[] = [];
  const enter = (name: string, bytes: number) =>
    gate.enter(bytes).then((leave) => {
      inside.push(name);
      return () => {
        inside.splice(inside.indexOf(name), 1);
        leave();
        leave();
      };
    });
  const first = enter('a', 6);
  const second = enter('b', 4);
  const third = enter('c', 99);
  const fourth = enter('d', 1);
  await setImmediate();
  expect(inside).toEqual(['a', 'b']);
  (await first)();
  await setImmediate();
  // d would fit, but c came first.
  expect(inside).toEqual(['b']);
  (await second)();
  await setImmediate();
  expect(inside).toEqual(['c']);
  (await third)();
  await setImmediate();
  expect(inside).toEqual(['d']);
  (await fourth)();
  await enter('e', 10);
  expect(inside).toEqual(['e']);
});
