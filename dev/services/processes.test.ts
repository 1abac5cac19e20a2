import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isAlive, runCommand, startBackground, stopOrphan } from './processes.ts';

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'japanesestudent-processes-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const start = () =>
  startBackground({
    command: process.execPath,
    args: ['-e', 'console.log("up"); setInterval(() => {}, 1000)'],
    environment: process.env,
    directory,
    logFile: join(directory, 'server.log'),
    pidFile: join(directory, 'server.pid'),
  });

test('a command returns its code and both output streams', async () => {
  const result = await runCommand('sh', ['-c', 'echo out; echo err >&2; exit 3']);
  expect(result.code).toBe(3);
  expect(result.output.split('\n').sort()).toEqual(['err', 'out']);
});

test('a command that is not there is one clear line', async () => {
  await expect(runCommand('no-such-program', [])).rejects.toMatchObject({
    name: 'LocalFailure',
    message: expect.stringMatching(/^no-such-program cannot be run: [^\n]+$/),
  });
});

test('a background process has a group of its own, writes its pid and stops', async () => {
  const server = await start();
  expect(await readFile(join(directory, 'server.pid'), 'utf8')).toBe(String(server.pid));
  const group = await runCommand('ps', ['-o', 'pgid=', '-p', String(server.pid)]);
  expect(Number(group.output)).toBe(server.pid);
  await server.stop();
  expect(server.ended()).toBe(true);
  expect(await isAlive(server.pid)).toBe(false);
  await expect(readFile(join(directory, 'server.pid'))).rejects.toThrow('ENOENT');
});

test('an orphan is ended when it works in the directory', async () => {
  const server = await start();
  expect(await stopOrphan(join(directory, 'server.pid'), directory)).toBe(true);
  expect(await isAlive(server.pid)).toBe(false);
});

test('a process that works elsewhere is never touched, whatever the pid file says', async () => {
  const pidFile = join(directory, 'foreign.pid');
  await writeFile(pidFile, String(process.pid));
  expect(await stopOrphan(pidFile, directory)).toBe(false);
  expect(await isAlive(process.pid)).toBe(true);
});
