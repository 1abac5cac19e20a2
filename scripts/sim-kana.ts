/**
 * `npm run sim:kana [-- learners [seed]]`: simulated learners take kana tests, selected by the product's rules and
 * uniformly at random; prints how many questions both need and draws docs/kana-simulation.svg. Fails when the
 * product's selection saves less than 25 % for any kind of learner and any goal.
 */
import { writeFileSync } from 'node:fs';
import { drawChart } from '#functions/kana/testing/simulation/chart.ts';
import {
  type Comparison,
  compare,
  meanCurve,
  meanQuestions,
  saving,
} from '#functions/kana/testing/simulation/comparison.ts';
import { GOALS, MAXIMUM_QUESTIONS, TEST_QUESTIONS } from '#functions/kana/testing/simulation/course.ts';
import { MODELS } from '#functions/kana/testing/simulation/models.ts';

const LEAST_SAVING = 0.25;
const LABELS = { mastered: 'mastered', remembered: 'still remembered a day later' } as const;
const [learners = 100, seed = 1] = process.argv.slice(2).map(Number);

const percent = (share: number): string => `${(share * 100).toFixed(0)} %`;
const printCurve = (comparison: Comparison): void => {
  const [ours, theirs] = [comparison.adaptive, comparison.uniform].map((courses) =>
    meanCurve(courses, 'mastered'),
  );
  console.log('\nmastered after so many questions (everyday learners): adaptive, uniform');
  for (let questions = 100; questions <= 3_000; questions += questions < 1_000 ? 100 : 500) {
    const test = questions / TEST_QUESTIONS - 1;
    console.log(
      `${String(questions).padStart(6)}  ${percent(ours?.[test] ?? 0)}  ${percent(theirs?.[test] ?? 0)}`,
    );
  }
};

const comparisons = MODELS.map((model) => ({ model, comparison: compare(model, learners, seed) }));
console.log(
  `questions until 95 % of 104 characters: adaptive / uniform, means of ${learners} learners, seed ${seed}`,
);
console.log(
  `(a course ends at ${MAXIMUM_QUESTIONS} questions: where that is met, the saving is a lower bound)`,
);
let worst = 1;
for (const { model, comparison } of comparisons) {
  console.log(`\n${model.name}`);
  for (const goal of GOALS) {
    const [ours, theirs] = [comparison.adaptive, comparison.uniform].map((courses) =>
      meanQuestions(courses, goal),
    );
    const saved = saving(comparison, goal);
    worst = Math.min(worst, saved);
    console.log(`  ${goal.padEnd(14)} ${ours?.toFixed(0)} / ${theirs?.toFixed(0)}, ${percent(saved)} fewer`);
  }
}

const [everyday] = comparisons;
if (everyday) {
  const { comparison } = everyday;
  printCurve(comparison);
  const line = (who: 'adaptive' | 'uniform', what: 'mastered' | 'remembered') => ({
    label: `${LABELS[what]}, ${who} selection`,
    color: who === 'adaptive' ? '#1f6fb4' : '#c2571a',
    dashed: what === 'remembered',
    shares: meanCurve(comparison[who], what),
  });
  const lines = (['adaptive', 'uniform'] as const).flatMap((who) => [
    line(who, 'mastered'),
    line(who, 'remembered'),
  ]);
  const questions = (lines[0]?.shares.length ?? 0) * TEST_QUESTIONS;
  const title = `Share of 104 characters by questions asked, mean of ${learners} everyday learners`;
  writeFileSync('docs/kana-simulation.svg', drawChart(title, questions, lines));
  console.log('\ndrawn: docs/kana-simulation.svg');
}
console.log(`smallest saving: ${percent(worst)}, wanted: ${percent(LEAST_SAVING)}`);
if (!(worst >= LEAST_SAVING)) process.exitCode = 1;
