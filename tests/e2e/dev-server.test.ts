import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type DevServer, startDevServer } from '#dev/dev-server.ts';
import { LocalFailure } from '#dev/local-failure.ts';
import { testEnvironment } from '#shared/testing/test-resources.ts';
import { answering, type Checkout, copyCheckout, handlerPath } from '../checkout.ts';

let checkout: Checkout;
const environment = testEnvironment({
  REDIS_PREFIX: `dev-server-${randomBytes(4).toString('hex')}`,
  DB_PORT: '1',
});

const start = (port = 0): Promise<DevServer> =>
  startDevServer({
    port,
    root: checkout.root,
    watch: false,
    output: 'ignore',
    log: () => undefined,
    environment,
  });

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};
const isGone = (pid: number) => vi.waitFor(() => expect(isAlive(pid)).toBe(false), { timeout: 5_000 });
const isReachable = (server: DevServer): Promise<boolean> =>
  fetch(`${server.url}/health`).then(
    (response) => response.ok,
    () => false,
  );

beforeAll(async () => {
  checkout = await copyCheckout();
  await checkout.addFunction(
    'probe-slow',
    'GET /probe-slow',
    answering(
      "await sleep(1_000, 'finished')",
      "import { setTimeout as sleep } from 'node:timers/promises';",
    ),
  );
});
afterAll(() => checkout.remove());

describe('ending', () => {
  test('stop finishes the request under way and leaves neither process nor port', async () => {
    const server = await start();
    const pid = server.pid();
    const slow = fetch(`${server.url}/probe-slow`).then((response) => response.text());
    await sleep(200);
    await server.stop();
    await expect(slow).resolves.toBe('finished');
    expect(isAlive(pid)).toBe(false);
    expect(await isReachable(server)).toBe(false);
  });

  test('SIGKILL ends everything at once', async () => {
    const server = await start();
    const pid = server.pid();
    server.kill('SIGKILL');
    await isGone(pid);
    expect(await isReachable(server)).toBe(false);
  });

  test('no worker outlives a killed supervisor', async () => {
    const source = `
      import { startDevServer } from '#dev/dev-server.ts';
      const server = await startDevServer({ port: 0, watch: true, output: 'ignore', log: () => undefined,
        environment: process.env, root: ${JSON.stringify(checkout.root)} });
      console.log(server.pid());`;
    const supervisor = spawn(process.execPath, ['--input-type=module', '-e', source], { env: environment });
    const [printed] = await once(supervisor.stdout, 'data');
    const pid = Number(printed);
    expect(isAlive(pid)).toBe(true);
    supervisor.kill('SIGKILL');
    await isGone(pid);
  });
});

describe('starting', () => {
  test('two servers serve at once', async () => {
    const servers = await Promise.all([start(), start()]);
    expect(await Promise.all(servers.map(isReachable))).toEqual([true, true]);
    await Promise.all(servers.map((server) => server.stop()));
  });

  test('answers on both addresses that localhost can mean', async () => {
    const server = await start();
    for (const host of ['127.0.0.1', 'localhost']) {
      expect((await fetch(`http://${host}:${server.port}/health`)).status).toBe(200);
    }
    await server.stop();
  });

  test('on a port that is taken fails with one line', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    const failure = await start(port).catch((error: unknown) => error);
    other.close();
    expect(failure).toBeInstanceOf(LocalFailure);
    expect((failure as Error).message).toMatch(
      new RegExp(`^Cannot listen on port ${port}: another program uses it.*$`),
    );
  });

  test('with code that does not load fails with one line that names it', async () => {
    await checkout.save(handlerPath('probe-slow'), 'export const handler = (');
    const failure = await start().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(LocalFailure);
    expect((failure as Error).message).toMatch(/^The API does not start: .*probe-slow\.ts.*$/);
  });
});
