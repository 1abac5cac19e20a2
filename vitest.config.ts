import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** What every test file finds: the domains have declared what they add. */
const setupFiles = ['tests/setup.ts'];
const exclude = ['node_modules/**', '.local/**'];
/** Tests wait for servers half of the time. More at once would need more connections than MariaDB gives. */
const maxWorkers = Math.min(availableParallelism() + 1, 8);

export default defineConfig({
  test: {
    maxWorkers,
    runner: './tests/runner.ts',
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{functions,shared,dev,scripts,tests}/**/*.test.ts'],
          setupFiles,
          exclude: [...exclude, '**/*.db.test.ts', 'tests/{e2e,faults,start}/**'],
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'db',
          // Files of a worker share its modules; what belongs to a file is in its harness, which it closes.
          isolate: false,
          setupFiles,
          globalSetup: 'tests/database-template.ts',
          include: ['{functions,shared,dev,tests}/**/*.db.test.ts'],
          exclude,
          testTimeout: 20_000,
          hookTimeout: 30_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'e2e',
          setupFiles,
          globalSetup: 'tests/secrets/global-setup.ts',
          include: ['tests/e2e/**/*.test.ts', 'tests/{faults,start}/**/*.short.test.ts'],
          exclude,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          // Whole systems that also measure time: one after the other, when everything else is done.
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: 'faults',
          include: ['tests/faults/**/*.test.ts'],
          setupFiles,
          exclude,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          // Two cores: worlds side by side would starve each other's short leases.
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'start',
          include: ['tests/start/**/*.test.ts'],
          setupFiles,
          exclude,
          testTimeout: 600_000,
          hookTimeout: 600_000,
          // Each starts whole systems on a machine that others may keep busy.
          fileParallelism: false,
        },
      },
    ],
  },
});
