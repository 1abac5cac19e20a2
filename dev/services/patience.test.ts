import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, expect, test } from 'vitest';
import { exitReason } from './exit-reason.ts';
import { untilAnswers, watchLife } from './patience.ts';

let child: ChildProcess;
afterEach(() => child?.kill('SIGKILL'));

const run = async (source: string): Promise<number> => {
  child = spawn(process.execPath, ['-e', source], { stdio: ['ignore', 'pipe', 'ignore'] });
  await once(child, 'spawn');
  return child.pid ?? 0;
};
const server = (pid: number, ask: () => Promise<unknown>) => ({
  pid,
  ended: () => child.exitCode !== null || child.signalCode !== null,
  logFile: '/nowhere/server.log',
  ask,
  isRefusal: () => false,
  pauseMs: 5,
});

test('a process that works is never stalled, one that waits is', async () => {
  const busy = watchLife(await run('for (;;) {}'), { stallMs: 1_500 });
  const begun = performance.now();
  while (performance.now() - begun < 2_500) {
    expect(await busy.stalled()).toBe(false);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  child.kill('SIGSTOP');
  const stopped = performance.now();
  while (!(await busy.stalled())) await new Promise((resolve) => setTimeout(resolve, 100));
  expect(performance.now() - stopped).toBeGreaterThan(1_000);
}, 30_000);

test('a server is waited for until it answers', async () => {
  let asked = 0;
  const pid = await run('setInterval(() => {}, 1000)');
  await untilAnswers(
    server(pid, () => {
      asked += 1;
      return asked < 20 ? Promise.reject(new Error('not yet')) : Promise.resolve();
    }),
  );
  expect(asked).toBe(20);
});

test('a server that has ended is not waited for', async () => {
  const pid = await run('');
  const failure = untilAnswers(server(pid, () => Promise.reject(new Error('not yet'))));
  await expect(failure).rejects.toThrow('it ended at once');
});

test.each([
  [1, null, 'exit code 1'],
  [null, 'SIGKILL', 'the system ended it, as it does when memory runs out, or somebody killed it'],
  [null, 'SIGUSR2', 'it was ended by SIGUSR2'],
] as const)('%s, %s is "%s"', (code, signal, reason) => {
  expect(exitReason(code, signal)).toBe(reason);
});
