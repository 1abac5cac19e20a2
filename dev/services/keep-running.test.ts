import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type KeptServer, keepRunning } from './keep-running.ts';
import { type BackgroundProcess, isAlive, startBackground } from './processes.ts';

let directory = '';
let lines: string[] = [];
let kept: KeptServer | undefined;
beforeEach(async () => {
  lines = [];
  directory = await mkdtemp(join(tmpdir(), 'japanesestudent-kept-'));
});
afterEach(async () => {
  await kept?.stop();
  await rm(directory, { recursive: true, force: true });
});

const start = (): Promise<BackgroundProcess> =>
  startBackground({
    command: process.execPath,
    args: ['-e', 'setInterval(() => {}, 1000)'],
    environment: process.env,
    directory,
    logFile: join(directory, 'server.log'),
    pidFile: join(directory, 'server.pid'),
  });
const keep = async (again: () => Promise<BackgroundProcess>): Promise<KeptServer> => {
  kept = keepRunning('MariaDB', await start(), again, (line) => lines.push(line));
  return kept;
};
const said = (what: RegExp): Promise<void> =>
  vi.waitFor(() => expect(lines.join('\n')).toMatch(what), { timeout: 20_000 });

test('a server that is killed is started again, as often as it takes, and complaints are not repeated', async () => {
  let attempts = 0;
  const server = await keep(() => {
    attempts += 1;
    return attempts < 4 ? Promise.reject(new Error('the port is busy')) : start();
  });
  const before = server.pid();
  process.kill(before, 'SIGKILL');
  await said(/runs again/);
  expect(lines).toEqual([
    'MariaDB ended (the system ended it, as it does when memory runs out, or somebody killed it), starting it again',
    'MariaDB does not start, trying on: the port is busy',
    expect.stringMatching(/^MariaDB runs again \(\d+\.\d s\)$/),
  ]);
  expect(server.pid()).not.toBe(before);
  process.kill(server.pid(), 'SIGKILL');
  await vi.waitFor(() => expect(lines.filter((line) => line.includes('runs again'))).toHaveLength(2), {
    timeout: 20_000,
  });
}, 60_000);

test('stopping is no reason to start it again, nor to say anything', async () => {
  const server = await keep(start);
  const pid = server.pid();
  await server.stop();
  expect(await isAlive(pid)).toBe(false);
  expect(lines).toEqual([]);
});

test('stopping while it does not start ends the attempts', async () => {
  const server = await keep(() => Promise.reject(new Error('the port is busy')));
  process.kill(server.pid(), 'SIGKILL');
  await said(/trying on/);
  await server.stop();
});

test('stopping while it is being started again ends the one that comes up', async () => {
  const starting = Promise.withResolvers<void>();
  const server = await keep(async () => {
    await starting.promise;
    return start();
  });
  const before = server.pid();
  process.kill(before, 'SIGKILL');
  await said(/starting it again/);
  const stopped = server.stop();
  starting.resolve();
  await stopped;
  expect(server.pid()).not.toBe(before);
  expect(await isAlive(server.pid())).toBe(false);
});
