import { TestRunner } from 'vitest';

type Suite = Parameters<typeof TestRunner.getSuiteHooks>[0];
/** Called with the suite, or with the context of a test. */
type Hook = (subject: object, ...rest: unknown[]) => unknown;

/**
 * Shows why a suite cannot be prepared, and that alone: what `afterAll` and `afterEach` say about the variables that
 * `beforeAll` and `beforeEach` did not come to assign would stand in front of it. They run all the same, as what was
 * opened has to be closed.
 */
export default class ReasonFirstRunner extends TestRunner {
  override async onBeforeRunSuite(suite: Suite): Promise<void> {
    const hooks = TestRunner.getSuiteHooks(suite);
    pair(hooks.beforeAll as Hook[], hooks.afterAll as Hook[]);
    pair(hooks.beforeEach as Hook[], hooks.afterEach as Hook[]);
    await super.onBeforeRunSuite?.(suite);
  }
}

/** Suites and tests of which a first hook has failed. */
const unprepared = new WeakSet<object>();

/** Lets the second hooks fail in silence after one of the first has failed for the same suite or test. */
const pair = (before: Hook[], after: Hook[]): void => {
  before.forEach((hook, index) => {
    // With the time limit of what the hook returns, which is kept on it.
    const wrapped: Hook = async (subject, ...rest) => {
      try {
        return await hook(subject, ...rest);
      } catch (error) {
        unprepared.add(subject);
        throw error;
      }
    };
    before[index] = Object.assign(wrapped, hook);
  });
  after.forEach((hook, index) => {
    after[index] = async (subject, ...rest) => {
      try {
        await hook(subject, ...rest);
      } catch (error) {
        if (!unprepared.has(subject)) throw error;
      }
    };
  });
};
