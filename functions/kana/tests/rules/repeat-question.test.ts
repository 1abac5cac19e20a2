import { expect, test } from 'vitest';
import { asksForRepeat } from './repeat-question.ts';

test.each(['in question', 'ignore', 'repeat'] as const)(
  'with everything mastered, the flag "%s" decides',
  (flag) => {
    expect(asksForRepeat(flag, { attainable: 416, mastered: 416 })).toBe(flag === 'in question');
  },
);

test.each([
  ['nothing is attainable', { attainable: 0, mastered: 0 }],
  ['one skill is missing', { attainable: 416, mastered: 415 }],
])('does not ask while %s', (_case, mastery) => {
  expect(asksForRepeat('in question', mastery)).toBe(false);
});
