import { expect, test } from 'vitest';
import { onePer } from './one-per.ts';

test('each resource has one thing, made once and from what its first user said', () => {
  const made: string[] = [];
  const thingOf = onePer((resource: { readonly name: string }, word: string) => {
    made.push(`${resource.name} ${word}`);
    return made.length === 1 ? undefined : { word };
  });
  const [one, other] = [{ name: 'one' }, { name: 'other' }];
  expect(thingOf(one, 'first')).toBeUndefined();
  expect(thingOf(one, 'second')).toBeUndefined();
  expect(thingOf(other, 'third')).toBe(thingOf(other, 'fourth'));
  expect(made).toEqual(['one first', 'other third']);
});

test('what could not be made is tried again', () => {
  let tries = 0;
  const thingOf = onePer((_resource: object) => {
    tries += 1;
    if (tries === 1) throw new Error('not yet');
    return tries;
  });
  const resource = {};
  expect(() => thingOf(resource)).toThrow('not yet');
  expect(thingOf(resource)).toBe(2);
});
