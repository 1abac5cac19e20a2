import { z } from 'zod';

const reportSchema = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string().optional(),
      assertionResults: z.array(z.object({ status: z.string() })),
    }),
  ),
});

/** How a test run ended; a file that could not be loaded counts as one failed test. */
export interface TestCount {
  readonly passed: number;
  readonly failed: number;
}

/** Counts the tests in vitest's JSON report. @throws when it is not such a report */
export const countTests = (report: unknown): TestCount => {
  const { testResults } = reportSchema.parse(report);
  const statuses = testResults.flatMap(({ status, assertionResults }) => {
    const own = assertionResults.map((assertion) => assertion.status);
    return status === 'failed' && !own.includes('failed') ? [...own, 'failed'] : own;
  });
  const count = (wanted: string): number => statuses.filter((status) => status === wanted).length;
  return { passed: count('passed'), failed: count('failed') };
};

/** The same count, with at least one failure when the runner ended badly or ran nothing. */
export const verdict = (count: TestCount, exitCode: number | null): TestCount =>
  count.failed === 0 && (exitCode !== 0 || count.passed === 0) ? { ...count, failed: 1 } : count;
