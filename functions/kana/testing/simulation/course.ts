import type { Character } from '../../characters/rules/character.ts';
import { type Random, shuffled } from '../../tests/rules/random.ts';
import { applyResult, MASTERED_MARK, type SkillState } from '../../tests/rules/scoring.ts';
import { selectCharacters } from '../../tests/rules/selection.ts';
import type { SimulatedLearner } from './learner.ts';

type Skills = Map<number, SkillState>;

/** How the questions of a test are chosen. */
export type Strategy = (
  characters: readonly Character[],
  tested: Skills,
  count: number,
  random: Random,
) => readonly Character[];

/** The product's own selection. */
export const adaptive: Strategy = (eligible, tested, count, random) =>
  selectCharacters({ eligible, tested, count }, random);

/** What it is compared with: every character is as likely as any other. */
export const uniform: Strategy = (characters, _tested, count, random) =>
  shuffled(characters, random).slice(0, count);

/** What 95 % of the characters can be; docs/kana.md says why there are three. */
export const GOALS = ['mastered once', 'mastered', 'remembered'] as const;
/** One of {@link GOALS}. */
export type Goal = (typeof GOALS)[number];

const GOAL_SHARE = 0.95;
const REMEMBERED_RECALL = 0.8;
const TESTS_PER_DAY = 4;
const DAYS_BETWEEN_TESTS = 5 / 24 / 60;
const DAY_MS = 86_400_000;
/** So long the curves are. */
const CURVE_TESTS = 300;

/** Questions in a test. */
export const TEST_QUESTIONS = 10;
/** A course ends here even if a goal has not been reached. */
export const MAXIMUM_QUESTIONS = 10_000;

/** How a course went. */
export interface Course {
  /** Questions until a goal was first reached; {@link MAXIMUM_QUESTIONS} when it never was. */
  readonly questions: Readonly<Record<Goal, number>>;
  /** Shares of the characters that are mastered and remembered after every test. */
  readonly curves: Readonly<Record<'mastered' | 'remembered', readonly number[]>>;
}

/** When a test takes place: four a day, five minutes apart. */
const dayOfTest = (test: number): number =>
  Math.floor(test / TESTS_PER_DAY) + (test % TESTS_PER_DAY) * DAYS_BETWEEN_TESTS;

/** Lets a learner take tests until all goals have been reached; marks follow the product's rules. */
export const takeCourse = (
  learner: SimulatedLearner,
  characters: readonly Character[],
  strategy: Strategy,
  random: Random,
): Course => {
  const skills: Skills = new Map();
  const once = new Set<number>();
  const curves = { mastered: [] as number[], remembered: [] as number[] };
  const reached: Partial<Record<Goal, number>> = {};

  const takeTest = (days: number): void => {
    for (const { id } of strategy(characters, skills, TEST_QUESTIONS, random)) {
      const passed = learner.answer({ id, days });
      const result = { passed, answer: undefined, testedAt: new Date(days * DAY_MS) };
      const state = applyResult(skills.get(id), result);
      skills.set(id, state);
      if (state.mark >= MASTERED_MARK) once.add(id);
    }
  };
  const shares = (days: number): Record<Goal, number> => {
    const mastered = [...skills.values()].filter(({ mark }) => mark >= MASTERED_MARK).length;
    const remembered = characters.filter(
      ({ id }) => learner.recall({ id, days }) >= REMEMBERED_RECALL,
    ).length;
    const total = characters.length;
    return { 'mastered once': once.size / total, mastered: mastered / total, remembered: remembered / total };
  };

  for (let test = 0; test * TEST_QUESTIONS < MAXIMUM_QUESTIONS; test++) {
    const days = dayOfTest(test);
    takeTest(days);
    const share = shares(days + 1);
    curves.mastered.push(share.mastered);
    curves.remembered.push(share.remembered);
    for (const goal of GOALS) if (share[goal] >= GOAL_SHARE) reached[goal] ??= (test + 1) * TEST_QUESTIONS;
    if (test + 1 >= CURVE_TESTS && GOALS.every((goal) => reached[goal] !== undefined)) break;
  }
  const until = (goal: Goal): number => reached[goal] ?? MAXIMUM_QUESTIONS;
  return {
    questions: {
      'mastered once': until('mastered once'),
      mastered: until('mastered'),
      remembered: until('remembered'),
    },
    curves: {
      mastered: curves.mastered.slice(0, CURVE_TESTS),
      remembered: curves.remembered.slice(0, CURVE_TESTS),
    },
  };
};
