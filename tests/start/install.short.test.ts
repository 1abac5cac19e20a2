import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test, vi } from 'vitest';
import { stopLimitMs } from './copy.ts';
import { processesIn } from './processes-in.ts';
import { makeTinyProject, type TinyProject } from './tiny-project.ts';

let project: TinyProject | undefined;
afterEach(() => project?.remove());

const isInstalled = ({ root }: TinyProject): boolean =>
  existsSync(join(root, 'node_modules', 'tiny-dependency', 'package.json'));

test.each([
  ['NODE_ENV=production', { NODE_ENV: 'production' }, ''],
  ['omit=dev and omit=optional in .npmrc', {}, 'omit[]=dev\nomit[]=optional\n'],
  ['a home that cannot be written to', { HOME: '/proc' }, ''],
])('%s: everything is installed, and the script runs', async (_name, environment, npmrc) => {
  project = makeTinyProject();
  writeFileSync(join(project.root, '.npmrc'), npmrc);
  const { code, output } = await project.run(environment).ended;
  expect(output).toMatch(/hello from the script\n$/);
  expect(code).toBe(0);
  expect(isInstalled(project)).toBe(true);
});

test('a stamp is not believed when packages are missing', async () => {
  project = makeTinyProject();
  await project.run().ended;
  const stamp = join(project.root, 'node_modules', '.japanesestudent-lock');
  const hash = readFileSync(stamp, 'utf8');
  rmSync(join(project.root, 'node_modules'), { recursive: true });
  mkdirSync(join(project.root, 'node_modules'));
  writeFileSync(stamp, hash);
  expect((await project.run().ended).code).toBe(0);
  expect(isInstalled(project)).toBe(true);
});

test('a folder that the tools cannot work in is refused in one line', async () => {
  project = makeTinyProject({ root: join(mkdtempSync(join(tmpdir(), 'colon-')), 'a:b') });
  const { code, output } = await project.run().ended;
  expect(code).toBe(1);
  expect(output).toMatch(/^This folder's path contains ":"[^\n]*move it elsewhere\.\n$/);
});

test('a second run installs nothing', async () => {
  project = makeTinyProject();
  await project.run().ended;
  expect((await project.run().ended).output).toBe('hello from the script\n');
});

test('Ctrl-C while npm installs ends within 2 s and leaves nothing running', async () => {
  // npm waits for it, and it does not care for SIGTERM.
  project = makeTinyProject({ postinstall: 'trap \'\' TERM; touch "$INIT_CWD/begun"; sleep 60; true' });
  const { root } = project;
  const { child, ended } = project.run();
  await vi.waitFor(() => expect(existsSync(join(root, 'begun'))).toBe(true), { timeout: 40_000 });
  const limit = stopLimitMs();
  const begun = performance.now();
  child.kill('SIGINT');
  const { code, output } = await ended;
  expect(performance.now() - begun).toBeLessThan(limit);
  expect(code).toBe(130);
  expect(output.slice(output.indexOf('Stopping'))).toBe('Stopping …\nStopped.\n');
  await sleep(100);
  expect(processesIn(root)).toEqual([]);
});
