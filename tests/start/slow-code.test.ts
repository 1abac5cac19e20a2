import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type DevServer, startDevServer } from '#dev/dev-server.ts';
import { testEnvironment } from '#shared/testing/test-resources.ts';
import { answering, type Checkout, copyCheckout } from '../checkout.ts';

let checkout: Checkout;
let lines: string[];
beforeEach(async () => {
  lines = [];
  checkout = await copyCheckout();
});
afterEach(() => checkout?.remove());

const start = (): Promise<DevServer> =>
  startDevServer({
    port: 0,
    root: checkout.root,
    watch: false,
    output: 'ignore',
    log: (line) => lines.push(line),
    environment: testEnvironment({
      REDIS_PREFIX: `slow-${randomBytes(4).toString('hex')}`,
      DB_PORT: '1',
    }),
  });

test('code that takes longer than half a minute to load is waited for, and told of', async () => {
  const slow = 'const end = Date.now() + 35_000;\nwhile (Date.now() < end);\n';
  await checkout.addFunction('probe', 'GET /probe', answering("'loaded'", slow));
  const server = await start();
  expect(await (await fetch(`${server.url}/probe`)).text()).toBe('loaded');
  await server.stop();
  expect(lines.length).toBeGreaterThanOrEqual(3);
  for (const line of lines) {
    expect(line).toMatch(
      /^ {2}… still waiting for the API to load its code: \d+ s, of which the processor worked/,
    );
  }
});

test('code that waits for something that never comes is given up, with the reason', async () => {
  const stuck = 'setInterval(() => undefined, 60_000);\nawait new Promise(() => undefined);\n';
  await checkout.addFunction('probe', 'GET /probe', answering("'never'", stuck));
  await expect(start()).rejects.toThrow(
    /^The API does not start: while it was loading nothing happened for 30 s: a module may wait at its top level/,
  );
});
