import type { Character } from '../../characters/rules/character.ts';
import { SEEDED_CHARACTERS } from '../../seed/characters.ts';
import { seededRandom } from '../seeded-random.ts';
import { adaptive, type Course, type Goal, type Strategy, takeCourse, uniform } from './course.ts';
import { createLearner, type LearnerModel } from './learner.ts';

/** Both strategies with the same learners. */
export interface Comparison {
  readonly adaptive: readonly Course[];
  readonly uniform: readonly Course[];
}

/** The catalogue as the seed makes it. */
const CATALOGUE: readonly Character[] = SEEDED_CHARACTERS.map((fields, index) => ({
  id: index + 1,
  ...fields,
}));

const mean = (numbers: readonly number[]): number =>
  numbers.reduce((sum, number) => sum + number, 0) / numbers.length;

const coursesOf = (model: LearnerModel, strategy: Strategy, learners: number, seed: number): Course[] =>
  Array.from({ length: learners }, (_, index) => {
    // The same seed makes the same learner for both strategies; what then happens is chance of its own.
    const learner = createLearner(model, CATALOGUE, seededRandom(seed * 1_000_003 + index));
    return takeCourse(learner, CATALOGUE, strategy, seededRandom(seed * 2_000_029 + index));
  });

/** Lets so many learners of a model take the course under both strategies. */
export const compare = (model: LearnerModel, learners: number, seed: number): Comparison => ({
  adaptive: coursesOf(model, adaptive, learners, seed),
  uniform: coursesOf(model, uniform, learners, seed),
});

/** Mean number of questions until the goal. */
export const meanQuestions = (courses: readonly Course[], goal: Goal): number =>
  mean(courses.map(({ questions }) => questions[goal]));

/** Share of the questions of uniform selection that adaptive selection saves on the way to a goal, by the means. */
export const saving = (comparison: Comparison, goal: Goal): number =>
  1 - meanQuestions(comparison.adaptive, goal) / meanQuestions(comparison.uniform, goal);

/** The mean curve of several learners. */
export const meanCurve = (courses: readonly Course[], which: keyof Course['curves']): number[] =>
  (courses[0]?.curves[which] ?? []).map((_, test) =>
    mean(courses.map(({ curves }) => curves[which][test] ?? 0)),
  );
