import { readSettings } from '#functions/auth/index.ts';
import { url } from '#functions/media/index.ts';
import type { Context } from '#shared/host/context.ts';
import { currentCatalogue } from '../characters/catalogue.ts';
import { charactersOfSet, type SetFilter } from '../characters/rules/catalogue-order.ts';
import {
  type Alphabet,
  type Character,
  type ReadingLocale,
  readingOf,
} from '../characters/rules/character.ts';
import { findTestedSkills, type SkillKind } from './queries/skills.ts';
import type { Random } from './rules/random.ts';
import { selectCharacters } from './rules/selection.ts';
import { wrongOptions } from './rules/wrong-options.ts';

/** What is asked for. */
export interface TestOrder extends SkillKind {
  /** Absent: the caller's `alphabetLearnCount`. */
  readonly count?: number | undefined;
  readonly locale: ReadingLocale;
  readonly set: SetFilter;
}

/** One question: a reading to find the character of, a character to read, or a sound to find the character of. */
export type TestItem =
  | {
      readonly id: number;
      readonly reading: string;
      readonly correctChar: string;
      readonly wrongOptions: string[];
    }
  | { readonly id: number; readonly correctReading: string; readonly character: string }
  | {
      readonly id: number;
      readonly audioUrl: string;
      readonly correctChar: string;
      readonly wrongOptions: string[];
    };

const inAlphabet = (character: Character, alphabet: Alphabet) => ({
  ...character,
  text: character[alphabet],
});

/** Draws a test (rules R2-R9); has no side effect. */
export const drawTest = async (context: Context, order: TestOrder, random: Random): Promise<TestItem[]> => {
  const { alphabet, testType, locale } = order;
  const count = order.count ?? (await readSettings(context.db, order.userId)).alphabetLearnCount;
  const tested = await findTestedSkills(context.db, order);
  const { characters } = await currentCatalogue(context);
  const set = charactersOfSet(characters, order.set);
  const eligible =
    testType === 'listening' ? set.filter(({ audioMediaId }) => audioMediaId !== undefined) : set;
  const pool = set.map((character) => inAlphabet(character, alphabet));
  return selectCharacters({ eligible, tested, count }, random).map((character) => {
    const { id, audioMediaId = '' } = character;
    const text = character[alphabet];
    const reading = readingOf(character, locale);
    if (testType === 'writing') return { id, correctReading: reading, character: text };
    const wrong = wrongOptions(inAlphabet(character, alphabet), pool, testType, random);
    const choice = { correctChar: text, wrongOptions: wrong };
    if (testType === 'reading') return { id, reading, ...choice };
    return { id, audioUrl: url(context, 'character', audioMediaId), ...choice };
  });
};
