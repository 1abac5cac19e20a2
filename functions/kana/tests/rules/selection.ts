import { type Random, shuffled } from './random.ts';

/** What selection looks at in a skill of the caller. */
export interface TestedSkill {
  readonly mark: number;
  readonly lastTestedAt: Date;
}

/** What a test is drawn from. */
export interface SelectionInput<T> {
  /** Characters that the test may ask, in catalogue order. */
  readonly eligible: readonly T[];
  /** All tested skills of the caller in this alphabet and test type by character id, eligible or not. */
  readonly tested: ReadonlyMap<number, TestedSkill>;
  readonly count: number;
}

/** As long as fewer skills of a kind have been tested, a test is filled with new characters. */
const BEGINNER_BELOW = 5;

const weakestFirst = (a: TestedSkill, b: TestedSkill): number =>
  a.mark - b.mark || a.lastTestedAt.getTime() - b.lastTestedAt.getTime();

/**
 * The characters of one test in the order in which they are asked (rules R2-R5): half of them new in catalogue
 * order, half those with the lowest marks, for beginners all new; where one kind is short the other fills up.
 */
export const selectCharacters = <T extends { readonly id: number }>(
  { eligible, tested, count }: SelectionInput<T>,
  random: Random,
): T[] => {
  const size = Math.min(count, eligible.length);
  const fresh = eligible.filter(({ id }) => !tested.has(id));
  // Shuffled before a stable sort: equals come in random order.
  const known = shuffled(eligible, random)
    .flatMap((character) => {
      const skill = tested.get(character.id);
      return skill ? [{ character, skill }] : [];
    })
    .sort((a, b) => weakestFirst(a.skill, b.skill))
    .map(({ character }) => character);
  const quota = tested.size < BEGINNER_BELOW ? size : Math.ceil(size / 2);
  const taken = fresh.slice(0, Math.max(quota, size - known.length));
  return shuffled([...taken, ...known.slice(0, size - taken.length)], random);
};
