import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../testing/seeded-random.ts';
import { type SelectionInput, selectCharacters, type TestedSkill } from './selection.ts';

interface Numbered {
  readonly id: number;
}

const ids = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);
const characters = (list: readonly number[]): Numbered[] => list.map((id) => ({ id }));
const testedOn = (day: number, mark = 0.6): TestedSkill => ({
  mark,
  lastTestedAt: new Date(Date.UTC(2026, 2, day)),
});
const allTested = (list: readonly number[], skill = testedOn(1)) =>
  new Map(list.map((id) => [id, skill] as const));
const asked = (input: SelectionInput<Numbered>, seed = 1): number[] =>
  selectCharacters(input, seededRandom(seed))
    .map(({ id }) => id)
    .sort((a, b) => a - b);

describe('the examples of R4', () => {
  const seed = characters(ids(1, 104));

  test('a new user is asked the first characters of the catalogue', () => {
    expect(asked({ eligible: seed, tested: new Map(), count: 5 })).toEqual([1, 2, 3, 4, 5]);
  });

  test('with 46 tested basic kana, three of five are the next ones', () => {
    const selected = asked({ eligible: seed, tested: allTested(ids(1, 46)), count: 5 });
    expect(selected.slice(2)).toEqual([47, 48, 49]);
    for (const id of selected.slice(0, 2)) expect(id).toBeLessThanOrEqual(46);
  });

  test('when the set has nothing new, all are old', () => {
    const basic = characters(ids(1, 46));
    const selected = asked({ eligible: basic, tested: allTested(ids(1, 46)), count: 5 });
    expect(selected).toHaveLength(5);
    expect(Math.max(...selected)).toBeLessThanOrEqual(46);
  });
});

test.each([
  // tested of 10, count, new taken: all new below five tested skills, then half rounded up, then what is there
  [0, 4, 4],
  [4, 6, 6],
  [4, 8, 6],
  [5, 5, 3],
  [5, 4, 2],
  [5, 10, 5],
  [8, 6, 2],
  [9, 10, 1],
  [10, 10, 0],
])('with %i of 10 tested, a test of %i has %i new ones', (known, count, expected) => {
  const tested = allTested(ids(1, known));
  const selected = asked({ eligible: characters(ids(1, 10)), tested, count });
  expect(selected).toHaveLength(Math.min(count, 10));
  expect(selected.filter((id) => id > known)).toHaveLength(expected);
});

test('skills outside the set make no beginner of the caller', () => {
  const tested = allTested(ids(50, 60));
  const selected = asked({ eligible: characters(ids(1, 8)), tested, count: 4 });
  // None of the set is tested, so all four are new all the same: there are no old ones to fill up with.
  expect(selected).toEqual([1, 2, 3, 4]);
  const few = new Map([...tested, [1, testedOn(1)] as const, [2, testedOn(1)] as const]);
  expect(asked({ eligible: characters(ids(1, 8)), tested: few, count: 4 })).toEqual([1, 2, 3, 4]);
});

test('old ones come by lowest mark, then longest ago tested, then at random', () => {
  const tested = new Map([
    [1, testedOn(3, 0.9)],
    [2, testedOn(2, 0.3)],
    [3, testedOn(1, 0.3)],
    [4, testedOn(5, 0.1)],
    [5, testedOn(3, 0.6)],
    [6, testedOn(3, 0.6)],
  ]);
  const eligible = characters(ids(1, 6));
  expect(asked({ eligible, tested, count: 1 })).toEqual([4]);
  expect(asked({ eligible, tested, count: 2 })).toEqual([3, 4]);
  expect(asked({ eligible, tested, count: 3 })).toEqual([2, 3, 4]);
  const fourth = Array.from({ length: 2_000 }, (_, seed) =>
    asked({ eligible, tested, count: 4 }, seed).at(-1),
  );
  const fives = fourth.filter((id) => id === 5).length;
  expect(new Set(fourth)).toEqual(new Set([5, 6]));
  expect(Math.abs(fives - 1_000)).toBeLessThan(150);
});

test('nothing eligible is an empty test', () => {
  expect(asked({ eligible: [], tested: allTested([1]), count: 10 })).toEqual([]);
});

test('100,000 draws promise size, difference, the shares of new and old, and the weakest of the old', {
  timeout: 60_000,
}, () => {
  const random = seededRandom(20_260_301);
  const anyOf = (maximum: number) => Math.floor(random() * (maximum + 1));
  for (let draw = 0; draw < 100_000; draw++) {
    const eligible = characters(ids(1, anyOf(20)));
    const tested = new Map<number, TestedSkill>();
    for (let id = 1; id <= 25; id++) {
      if (random() < 0.4) tested.set(id, testedOn(1 + anyOf(3), anyOf(4) / 4));
    }
    const count = 1 + anyOf(24);
    const selected = selectCharacters({ eligible, tested, count }, random);
    const size = Math.min(count, eligible.length);
    const fresh = eligible.filter(({ id }) => !tested.has(id));
    const quota = tested.size < 5 ? size : Math.ceil(size / 2);
    const taken = Math.min(fresh.length, Math.max(quota, size - (eligible.length - fresh.length)));
    const selectedIds = new Set(selected.map(({ id }) => id));
    const newest = selected.filter(({ id }) => !tested.has(id)).map(({ id }) => id);
    const old = selected.flatMap(({ id }) => tested.get(id) ?? []);
    const left = eligible.flatMap(({ id }) => (selectedIds.has(id) ? [] : (tested.get(id) ?? [])));
    const worstLeft = Math.min(...left.map(({ mark }) => mark));
    const wrong =
      selected.length !== size ||
      selectedIds.size !== size ||
      newest.toSorted((a, b) => a - b).join() !==
        fresh
          .slice(0, taken)
          .map(({ id }) => id)
          .join() ||
      old.some(({ mark }) => mark > worstLeft);
    if (wrong) expect.fail(`draw ${draw}: ${JSON.stringify({ eligible, count, selected })}`);
  }
});

test('every place in a test is equally likely for every character', () => {
  const random = seededRandom(7);
  const eligible = characters(ids(1, 5));
  const draws = 50_000;
  const places = eligible.map(() => eligible.map(() => 0));
  for (let draw = 0; draw < draws; draw++) {
    for (const [place, { id }] of selectCharacters(
      { eligible, tested: new Map(), count: 5 },
      random,
    ).entries()) {
      const row = places[id - 1];
      if (row) row[place] = (row[place] ?? 0) + 1;
    }
  }
  for (const row of places) for (const seen of row) expect(Math.abs(seen / draws - 0.2)).toBeLessThan(0.008);
});

test('never asks twice and never more than there are, whatever the state', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.integer({ min: 1, max: 104 })),
      fc.uniqueArray(fc.tuple(fc.integer({ min: 1, max: 104 }), fc.integer({ min: 0, max: 10_000 })), {
        selector: ([id]) => id,
      }),
      fc.integer({ min: 1, max: 104 }),
      fc.integer(),
      (list, skills, count, seed) => {
        const tested = new Map(skills.map(([id, units]) => [id, testedOn(1, units / 10_000)] as const));
        const selected = asked({ eligible: characters(list), tested, count }, seed);
        expect(new Set(selected).size).toBe(Math.min(count, list.length));
        expect(selected.every((id) => list.includes(id))).toBe(true);
      },
    ),
  );
});
