import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EnvironmentFile } from '#dev/environment-file.ts';
import { LOCAL_DIRECTORY, PACKAGES_DIRECTORY, REPOSITORY } from '#dev/paths.ts';

/** A checkout of its own: the working tree's files, and packages that share their bytes with ours. */
export interface Copy {
  readonly root: string;
  /** Runs `npm start` or `npm run <name>` in it. */
  run(name: string, environment?: NodeJS.ProcessEnv, args?: readonly string[]): Run;
  /** What a running `npm start` wrote. */
  environmentFile(): EnvironmentFile;
  /** Ends what still runs in it, and deletes it. */
  remove(): Promise<void>;
}

/** A command under way. */
export interface Run {
  readonly child: ChildProcess;
  readonly output: () => string;
  /** Resolves once the output from `offset` on matches; rejects when the command ends before. */
  said(what: RegExp, offset?: number): Promise<void>;
  /** Exit code and how long it took to end. */
  readonly ended: Promise<number | null>;
}

const COPIED = [
  'functions',
  'shared',
  'scripts',
  'docs',
  'tests',
  'vitest.config.ts',
  'serverless.yml',
  'package.json',
  'package-lock.json',
  'docker-compose.yml',
];
/** Of the tests' own servers, which a private environment must not see. */
const OWN = /^(DB_|REDIS_|MEDIA_|APP_ENV$|VITEST|TEST$|npm_)/;

const start = (root: string, name: string, environment: NodeJS.ProcessEnv, args: readonly string[]): Run => {
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([key]) => !OWN.test(key)));
  const child = spawn(process.execPath, [join(root, 'scripts', 'bootstrap.mjs'), name, ...args], {
    cwd: root,
    env: { ...inherited, PORT: '0', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let isOver = false;
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', (code) => {
      isOver = true;
      resolve(code);
    });
  });
  const said = async (what: RegExp, offset = 0): Promise<void> => {
    while (!what.test(output.slice(offset))) {
      if (isOver) throw new Error(`it ended without saying ${what}:\n${output}`);
      await sleep(20);
    }
  };
  return { child, output: () => output, said, ended };
};

/**
 * Makes a copy in `.local/start-<random>/<name>`, whatever the name.
 * @param withPrograms also unpacked MariaDB and Redis, if there are any
 */
export const makeCopy = (name: string, { withPrograms = true } = {}): Copy => {
  mkdirSync(LOCAL_DIRECTORY, { recursive: true });
  const parent = mkdtempSync(join(LOCAL_DIRECTORY, 'start-'));
  const root = join(parent, name);
  mkdirSync(root, { recursive: true });
  for (const each of COPIED) execFileSync('cp', ['-a', join(REPOSITORY, each), `${root}/`]);
  execFileSync('cp', ['-al', join(REPOSITORY, 'node_modules'), `${root}/`]);
  if (withPrograms && existsSync(PACKAGES_DIRECTORY)) {
    mkdirSync(join(root, '.local'));
    execFileSync('cp', ['-al', PACKAGES_DIRECTORY, join(root, '.local/')]);
  }
  const runs: Run[] = [];
  return {
    root,
    run: (command, environment = {}, args = []) => {
      const run = start(root, command, environment, args);
      runs.push(run);
      return run;
    },
    environmentFile: () => JSON.parse(readFileSync(join(root, '.local', 'environment.json'), 'utf8')),
    remove: async () => {
      for (const { child, ended } of runs) {
        child.kill('SIGTERM');
        await ended;
      }
      rmSync(parent, { recursive: true, force: true });
    },
  };
};

/** The two seconds of an idle machine, and what a process takes longer to start on this one at present. */
export const stopLimitMs = (): number => {
  const begun = performance.now();
  for (let count = 0; count < 3; count += 1) execFileSync(process.execPath, ['-e', '0']);
  const startMs = (performance.now() - begun) / 3;
  return 2_000 * Math.max(1, startMs / 60);
};
