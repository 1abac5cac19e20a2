import type { Random } from '../../tests/rules/random.ts';

/** How a kind of learner remembers; docs/kana.md explains the model. */
export interface LearnerModel {
  readonly name: string;
  /** Chance to hit the right one without knowing it: one of three options. */
  readonly guess: number;
  /** Chance to miss the right one though it is known. */
  readonly slip: number;
  /** Days after which a character seen once is remembered with a chance of 1/e. */
  readonly firstStabilityDays: number;
  /** By how much every remembered question lengthens that time. */
  readonly growth: number;
  /** Standard deviation of the logarithm of the difficulty: between learners, and between characters of one. */
  readonly spread: { readonly learners: number; readonly characters: number };
  /** How much faster a character of two kana is forgotten. */
  readonly digraphFactor: number;
  /** Share of the characters that a learner has known for long. */
  readonly knownBefore: number;
}

/** What a learner is asked; `days` is the time since the course began. */
export interface Question {
  readonly id: number;
  readonly days: number;
}

/** One learner with a memory; answering changes it. */
export interface SimulatedLearner {
  /** Whether the answer is right; the right one is shown afterwards in any case. */
  answer(question: Question): boolean;
  /** Chance to remember the character at that time, without guessing. */
  recall(question: Question): number;
}

interface Memory {
  stabilityDays: number;
  seenAtDays: number;
}

const KNOWN_STABILITY_DAYS = 365;

/** A number from the standard normal distribution (Box-Muller). */
const normal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** Makes a learner: what the model leaves open is drawn once. */
export const createLearner = (
  model: LearnerModel,
  characters: readonly { readonly id: number; readonly set: string }[],
  random: Random,
): SimulatedLearner => {
  const { guess, slip, growth, spread, digraphFactor, knownBefore } = model;
  const talent = Math.exp(spread.learners * normal(random));
  const firstStability = new Map<number, number>();
  const memories = new Map<number, Memory>();
  for (const { id, set } of characters) {
    const ease = Math.exp(spread.characters * normal(random)) / (set === 'digraph' ? digraphFactor : 1);
    firstStability.set(id, model.firstStabilityDays * talent * ease);
    if (random() < knownBefore) memories.set(id, { stabilityDays: KNOWN_STABILITY_DAYS, seenAtDays: 0 });
  }
  const recall: SimulatedLearner['recall'] = ({ id, days }) => {
    const memory = memories.get(id);
    return memory ? Math.exp((memory.seenAtDays - days) / memory.stabilityDays) : 0;
  };
  return {
    recall,
    answer: ({ id, days }) => {
      const remembered = random() < recall({ id, days });
      const first = firstStability.get(id) ?? 0;
      const before = memories.get(id)?.stabilityDays ?? 0;
      const stabilityDays = remembered ? before * growth : Math.max(first, before / 2);
      memories.set(id, { stabilityDays, seenAtDays: days });
      return random() < (remembered ? 1 - slip : guess);
    },
  };
};
