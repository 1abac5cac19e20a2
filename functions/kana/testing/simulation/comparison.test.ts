import { describe, expect, test } from 'vitest';
import { seededRandom } from '../seeded-random.ts';
import { drawChart } from './chart.ts';
import { compare, saving } from './comparison.ts';
import { GOALS } from './course.ts';
import { createLearner, type LearnerModel } from './learner.ts';
import { MODELS } from './models.ts';

const [EVERYDAY] = MODELS;
const PLAIN: LearnerModel = {
  name: 'plain',
  guess: 0,
  slip: 0,
  firstStabilityDays: 1,
  growth: 2,
  spread: { learners: 0, characters: 0 },
  digraphFactor: 2,
  knownBefore: 0,
};
const CHARACTERS = [
  { id: 1, set: 'basic' },
  { id: 2, set: 'digraph' },
];

describe('a learner', () => {
  test('knows nothing before it was shown, then forgets by the curve', () => {
    const learner = createLearner(PLAIN, CHARACTERS, seededRandom(1));
    expect(learner.answer({ id: 1, days: 0 })).toBe(false);
    learner.answer({ id: 2, days: 0 });
    expect(learner.recall({ id: 1, days: 0 })).toBe(1);
    expect(learner.recall({ id: 1, days: 1 })).toBeCloseTo(Math.exp(-1));
    expect(learner.recall({ id: 2, days: 1 })).toBeCloseTo(Math.exp(-2));
  });

  test('remembers longer after every question that it could answer', () => {
    const learner = createLearner(PLAIN, CHARACTERS, seededRandom(1));
    learner.answer({ id: 1, days: 0 });
    expect(learner.answer({ id: 1, days: 0 })).toBe(true);
    expect(learner.recall({ id: 1, days: 2 })).toBeCloseTo(Math.exp(-1));
  });

  test('guesses and slips as often as its model says', () => {
    const rate = (model: Partial<LearnerModel>) => {
      const learner = createLearner({ ...PLAIN, ...model }, CHARACTERS, seededRandom(5));
      const answers = Array.from({ length: 20_000 }, () => learner.answer({ id: 1, days: 0 }));
      return answers.filter(Boolean).length / answers.length;
    };
    expect(rate({ slip: 0.1 })).toBeCloseTo(0.9, 1);
    // Asked for the first time only: nothing is known yet.
    const firsts = Array.from({ length: 5_000 }, (_, seed) =>
      createLearner({ ...PLAIN, guess: 1 / 3 }, CHARACTERS, seededRandom(seed)).answer({ id: 1, days: 0 }),
    );
    expect(Math.abs(firsts.filter(Boolean).length / firsts.length - 1 / 3)).toBeLessThan(0.03);
  });
});

test('adaptive selection saves at least 25 % of the questions, by every measure; the whole is npm run sim:kana', () => {
  const comparison = EVERYDAY && compare(EVERYDAY, 4, 1);
  for (const goal of GOALS) expect(comparison && saving(comparison, goal)).toBeGreaterThanOrEqual(0.25);
});

test('a run can be repeated', () => {
  expect(compare(PLAIN, 1, 7)).toEqual(compare(PLAIN, 1, 7));
  expect(compare({ ...PLAIN, slip: 0.1 }, 1, 7)).not.toEqual(compare({ ...PLAIN, slip: 0.1 }, 1, 8));
});

test('a chart has a line for every curve', () => {
  const line = { label: 'a', color: '#000000', dashed: false, shares: [0, 0.5, 1] };
  const svg = drawChart('title', 30, [line, { ...line, label: 'b', dashed: true }]);
  expect(svg.match(/<polyline/g)).toHaveLength(2);
  expect(svg).toContain('280.0,350.0 500.0,200.0 720.0,50.0');
});
