import type { TestType } from '../../characters/rules/character.ts';
import { lookAlike } from './look-alikes.ts';
import { type Random, shuffled } from './random.ts';

/** A character as an option of a test in one alphabet. */
export interface OptionKana {
  readonly id: number;
  /** In the alphabet of the test. */
  readonly text: string;
  readonly consonant: string;
  readonly vowel: string;
  readonly englishReading: string;
  readonly russianReading: string;
}

/** Wrong options beside the right one. */
const OPTIONS = 2;

/** を is spoken o: who hears it cannot tell it from お, though they are read differently. */
const SOUND_ALIKE: readonly string[] = ['おを', 'オヲ'];

const soundAlike = (a: string, b: string): boolean =>
  SOUND_ALIKE.some((pair) => pair.includes(a) && pair.includes(b));

/** Whether the option would be right as well, or could not be told from the right one (rule R6). */
const isAlsoRight = (right: OptionKana, option: OptionKana, testType: TestType): boolean =>
  option.id === right.id ||
  option.text === right.text ||
  option.englishReading === right.englishReading ||
  option.russianReading === right.russianReading ||
  (testType === 'listening' && soundAlike(option.text, right.text));

/** How hard the option is to tell from the right one: 1 looks alike, 2 is of the same row or column, 3 is any. */
const tierOf = (right: OptionKana, option: OptionKana): 1 | 2 | 3 => {
  if (lookAlike(right.text, option.text)) return 1;
  return right.consonant === option.consonant || right.vowel === option.vowel ? 2 : 3;
};

/**
 * Two wrong options in random order (rules R6-R9), the hardest ones there are: look-alikes, then the same consonant
 * or vowel, then any; fewer only when no others are left. `set` may hold the right character.
 */
export const wrongOptions = (
  right: OptionKana,
  set: readonly OptionKana[],
  testType: TestType,
  random: Random,
): string[] => {
  const pool = set.filter((option) => !isAlsoRight(right, option, testType));
  const tiers: Record<1 | 2 | 3, string[]> = { 1: [], 2: [], 3: [] };
  for (const option of shuffled(pool, random)) tiers[tierOf(right, option)].push(option.text);
  const hardest = [...tiers[1], ...tiers[2], ...tiers[3]].slice(0, OPTIONS);
  return shuffled(hardest, random);
};
