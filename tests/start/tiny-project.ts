import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { REPOSITORY } from '#dev/paths.ts';

/** A project with our bootstrap, one script `hello` and one development package, so that installing takes a moment. */
export interface TinyProject {
  readonly root: string;
  /** Starts `bootstrap.mjs hello` and collects what it prints. */
  run(environment?: NodeJS.ProcessEnv): { readonly child: ChildProcess; readonly ended: Promise<TinyRun> };
  remove(): void;
}

/** How a run ended. */
export interface TinyRun {
  readonly code: number | null;
  readonly output: string;
}

const DEPENDENCY = 'tiny-dependency';

const packDependency = (root: string, postinstall: string | undefined): string => {
  const source = join(root, 'source', 'package');
  mkdirSync(source, { recursive: true });
  const scripts = postinstall === undefined ? {} : { scripts: { postinstall } };
  writeFileSync(
    join(source, 'package.json'),
    JSON.stringify({ name: DEPENDENCY, version: '1.0.0', ...scripts }),
  );
  const archive = join(root, 'dependency.tgz');
  execFileSync('tar', ['czf', archive, '-C', join(root, 'source'), 'package']);
  return `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`;
};

/** Makes the project in a temporary folder, or in `root`; `postinstall` is what its package does when installed. */
export const makeTinyProject = ({
  root = mkdtempSync(join(tmpdir(), 'tiny-')),
  postinstall,
}: {
  readonly root?: string;
  readonly postinstall?: string;
} = {}): TinyProject => {
  mkdirSync(join(root, 'scripts'), { recursive: true });
  for (const name of ['bootstrap.mjs', 'install.mjs']) {
    cpSync(join(REPOSITORY, 'scripts', name), join(root, 'scripts', name));
  }
  writeFileSync(join(root, 'scripts', 'hello.ts'), "console.log('hello from the script');\n");
  const integrity = packDependency(root, postinstall);
  const project = {
    name: 'tiny',
    version: '1.0.0',
    type: 'module',
    devDependencies: { [DEPENDENCY]: 'file:dependency.tgz' },
  };
  const locked = {
    version: '1.0.0',
    resolved: 'file:dependency.tgz',
    integrity,
    dev: true,
    ...(postinstall === undefined ? {} : { hasInstallScript: true }),
  };
  writeFileSync(join(root, 'package.json'), JSON.stringify(project));
  writeFileSync(
    join(root, 'package-lock.json'),
    JSON.stringify({
      ...project,
      lockfileVersion: 3,
      requires: true,
      packages: { '': project, [`node_modules/${DEPENDENCY}`]: locked },
    }),
  );
  return {
    root,
    run: (environment = {}) => {
      const child = spawn(process.execPath, [join(root, 'scripts', 'bootstrap.mjs'), 'hello'], {
        env: { ...process.env, npm_lifecycle_event: undefined, ...environment },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let output = '';
      for (const stream of [child.stdout, child.stderr]) {
        stream?.setEncoding('utf8').on('data', (text: string) => {
          output += text;
        });
      }
      const ended = new Promise<TinyRun>((resolve) => {
        child.once('close', (code) => resolve({ code, output }));
      });
      return { child, ended };
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
};
