import { expect, test } from 'vitest';
import { countTests, verdict } from './test-results.ts';

const file = (status: string, ...tests: string[]) => ({
  name: 'x.test.ts',
  status,
  assertionResults: tests.map((each) => ({ status: each })),
});

test('counts tests of all files and leaves skipped ones out', () => {
  const report = { testResults: [file('passed', 'passed', 'skipped'), file('failed', 'failed', 'passed')] };
  expect(countTests(report)).toEqual({ passed: 2, failed: 1 });
});

test('a file that did not load is one failure', () => {
  expect(countTests({ testResults: [file('failed'), file('failed', 'passed')] })).toEqual({
    passed: 1,
    failed: 2,
  });
});

test('anything but a report is refused', () => {
  expect(() => countTests({ results: [] })).toThrow();
});

test.each([
  ['all passed', { passed: 3, failed: 0 }, 0, { passed: 3, failed: 0 }],
  ['nothing ran', { passed: 0, failed: 0 }, 0, { passed: 0, failed: 1 }],
  ['the runner ended badly', { passed: 3, failed: 0 }, 1, { passed: 3, failed: 1 }],
  ['the runner was killed', { passed: 3, failed: 0 }, null, { passed: 3, failed: 1 }],
  ['a test failed', { passed: 3, failed: 2 }, 1, { passed: 3, failed: 2 }],
])('verdict when %s', (_, count, exitCode, expected) => {
  expect(verdict(count, exitCode)).toEqual(expected);
});
