/**
 * `npm test [-- vitest arguments]`: throw-away MariaDB and Redis, all tests, `N passed, N failed` as the last line. With
 * TEST_REPORT=<file> the JSON report stays there, for `node scripts/test-times.ts <file>`.
 */
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { explain } from '#dev/explain.ts';
import { REPOSITORY } from '#dev/paths.ts';
import { abortCommands } from '#dev/services/processes.ts';
import { type Services, startServices } from '#dev/services/services.ts';
import { onStopRequest } from '#dev/stop-request.ts';
import { countTests, type TestCount, verdict } from '#dev/test-results.ts';
import { toolEnvironment } from '#dev/tool-environment.ts';

const VITEST = join(REPOSITORY, 'node_modules', 'vitest', 'vitest.mjs');
const STOP_TIMEOUT_MS = 10_000;

/** Without a choice of projects, the long ones are left to `npm run test:faults` and `npm run test:start`. */
const chosen = process.argv.slice(2);
const isProject = (argument: string): boolean => argument.startsWith('--project');
const vitestArguments = chosen.some(isProject)
  ? chosen
  : ['--project=!faults', '--project=!start', ...chosen];

const progress = (line: string): void => console.log(line);
const stopping = new AbortController();
let exitCode: number | undefined;

onStopRequest(
  (code) => {
    exitCode = code;
    abortCommands();
    stopping.abort();
  },
  (code) => process.exit(code),
);

const runVitest = (args: readonly string[], environment: Readonly<Record<string, string>>) =>
  new Promise<number | null>((resolve, reject) => {
    const child = spawn(process.execPath, [VITEST, 'run', ...args], {
      cwd: REPOSITORY,
      env: { ...process.env, ...toolEnvironment(process.env), ...environment, APP_ENV: 'test', TZ: 'UTC' },
      stdio: 'inherit',
    });
    stopping.signal.addEventListener('abort', () => {
      child.kill('SIGINT');
      setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS).unref();
    });
    child.once('error', reject);
    child.once('exit', resolve);
  });

const makeFolder = async (directory: string, name: string): Promise<string> => {
  const path = join(directory, name);
  await mkdir(path);
  return path;
};

const runTests = async (directory: string, { environment }: Services): Promise<TestCount> => {
  const report = join(directory, 'report.json');
  const code = await runVitest(
    ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...vitestArguments],
    {
      ...environment,
      // What a test leaves behind, even one that was killed, goes with the folder.
      TMPDIR: await makeFolder(directory, 'tmp'),
      MEDIA_BASE_PATH: await makeFolder(directory, 'media'),
    },
  );
  const text = await readFile(report, 'utf8').catch(() => '{"testResults":[]}');
  const kept = process.env['TEST_REPORT'];
  if (kept) await writeFile(kept, text);
  return verdict(countTests(JSON.parse(text)), code);
};

const main = async (): Promise<TestCount> => {
  const directory = await mkdtemp(join(tmpdir(), 'japanesestudent-test-'));
  try {
    const services = await startServices({
      directory,
      durability: 'throw-away',
      environment: process.env,
      progress,
    });
    try {
      stopping.signal.throwIfAborted();
      return await runTests(directory, services);
    } finally {
      await services.stop();
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
};

const count = await main().catch((error: unknown): TestCount => {
  console.error(explain(error));
  return { passed: 0, failed: 1 };
});
console.log(`${count.passed} passed, ${count.failed} failed`);
process.exit(exitCode ?? (count.failed > 0 ? 1 : 0));
