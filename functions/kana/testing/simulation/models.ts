import type { LearnerModel } from './learner.ts';

/** The learner that the others vary: three options, few slips, a first memory of about a day that doubles. */
const EVERYDAY: LearnerModel = {
  name: 'everyday',
  guess: 1 / 3,
  slip: 0.03,
  firstStabilityDays: 1,
  growth: 2,
  spread: { learners: 0.3, characters: 0.5 },
  digraphFactor: 1.3,
  knownBefore: 0.1,
};

/** Kinds of learners from which no single one is picked to look well. */
export const MODELS: readonly LearnerModel[] = [
  EVERYDAY,
  {
    ...EVERYDAY,
    name: 'even: all characters alike',
    spread: { learners: 0, characters: 0 },
    digraphFactor: 1,
    knownBefore: 0,
  },
  {
    ...EVERYDAY,
    name: 'uneven: ability differs much',
    spread: { learners: 0.5, characters: 1 },
    digraphFactor: 2,
  },
  { ...EVERYDAY, name: 'half known for long', knownBefore: 0.5 },
  { ...EVERYDAY, name: 'forgetful', firstStabilityDays: 0.3, growth: 1.6 },
  { ...EVERYDAY, name: 'careless', slip: 0.12 },
  { ...EVERYDAY, name: 'never guesses right (writing)', guess: 0 },
];
