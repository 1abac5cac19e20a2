import { expect, it } from 'vitest';
import { lastDue } from './sweep-clock.ts';

it.each([
  ['17 * * * *', '2026-03-20T03:33:20Z', '2026-03-20T03:17:00.000Z'],
  ['17 * * * *', '2026-03-20T03:17:00Z', '2026-03-20T02:17:00.000Z'],
  ['17 * * * *', '2026-03-20T03:17:00.001Z', '2026-03-20T03:17:00.000Z'],
  ['0 4 * * *', '2026-03-20T03:33:20Z', '2026-03-19T04:00:00.000Z'],
  ['*/10 * * * * *', '2026-03-20T03:33:25Z', '2026-03-20T03:33:20.000Z'],
])('%s was last due before %s at %s', (expression, now, expected) => {
  expect(lastDue(expression, new Date(now))?.toISOString()).toBe(expected);
});
