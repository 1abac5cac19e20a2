import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type DevServer, startDevServer } from '#dev/dev-server.ts';
import { testEnvironment } from '#shared/testing/test-resources.ts';
import { answering, type Checkout, copyCheckout, handlerPath } from '../checkout.ts';

const WITHIN_MS = 2_000;
const RULE = 'functions/system/probe-rule.ts';
const FUNCTIONS = 'functions/system/functions.yml';

let checkout: Checkout;
let server: DevServer;
let lines: string[] = [];
let routes: string;

const get = async (path: string): Promise<string> => {
  const response = await fetch(`${server.url}${path}`);
  return `${response.status} ${await response.text()}`;
};
/** Until the spare worker has loaded its packages: a developer pauses longer than that between two saves. */
const pause = () => sleep(1_500);
/** Until the answer is the expected one; resolves with the milliseconds that took. */
const until = async (path: string, expected: string): Promise<number> => {
  const begun = performance.now();
  await vi.waitFor(async () => expect(await get(path)).toBe(expected), { timeout: 15_000, interval: 20 });
  return performance.now() - begun;
};
/** Until a line that contains all the texts is logged. */
const said = (...texts: string[]): Promise<string> =>
  vi.waitFor(
    () => {
      const line = lines.find((one) => texts.every((text) => one.includes(text)));
      if (line === undefined) throw new Error(`nobody said ${texts} in:\n${lines.join('\n')}`);
      return line;
    },
    { timeout: 15_000 },
  );

beforeAll(async () => {
  checkout = await copyCheckout();
  await checkout.save(RULE, "export const rule = (): string => 'rule 1';\n");
  await checkout.addFunction('probe', 'GET /probe', answering("'one'"));
  await checkout.addFunction(
    'probe-rule',
    'GET /probe-rule',
    answering('rule()', "import { rule } from '../probe-rule.ts';"),
  );
  await checkout.addFunction(
    'probe-slow',
    'GET /probe-slow',
    answering(
      "await sleep(1_500, 'finished')",
      "import { setTimeout as sleep } from 'node:timers/promises';",
    ),
  );
  routes = await readFile(join(checkout.root, FUNCTIONS), 'utf8');
  server = await startDevServer({
    port: 0,
    root: checkout.root,
    watch: true,
    output: 'ignore',
    log: (line) => lines.push(line),
    // Jobs and rows of other tests are none of its business.
    environment: testEnvironment({ REDIS_PREFIX: `reload-${randomBytes(4).toString('hex')}`, DB_PORT: '1' }),
  });
});
afterAll(async () => {
  await server?.stop();
  await checkout?.remove();
});
beforeEach(() => {
  lines = [];
});

describe('a save', () => {
  test('of a handler is served within 2 s, and nobody is refused meanwhile', async () => {
    const answers = new Map<string, number>();
    let asking = true;
    const ask = async (): Promise<void> => {
      while (asking) {
        const answer = await get('/probe').catch((error: unknown) => `refused ${error}`);
        answers.set(answer, (answers.get(answer) ?? 0) + 1);
        await sleep(3);
      }
    };
    await pause();
    const askers = [ask(), ask()];
    await checkout.save(handlerPath('probe'), answering("'two'"));
    const elapsed = await until('/probe', '200 two');
    // Until kept connections of the old worker have ended as well.
    await sleep(400);
    asking = false;
    await Promise.all(askers);
    expect(elapsed).toBeLessThan(WITHIN_MS);
    expect([...answers.keys()].toSorted()).toEqual(['200 one', '200 two']);
  });

  test('of a rule that a handler imports is served within 2 s', async () => {
    await until('/probe-rule', '200 rule 1');
    await pause();
    await checkout.save(RULE, "export const rule = (): string => 'rule 2';\n");
    expect(await until('/probe-rule', '200 rule 2')).toBeLessThan(WITHIN_MS);
  });

  test('by way of a temporary file, as editors do it, is seen as well, again and again', async () => {
    for (const text of ['three', 'four']) {
      const path = join(checkout.root, handlerPath('probe'));
      await writeFile(`${path}~`, answering(`'${text}'`));
      await rename(`${path}~`, path);
      await until('/probe', `200 ${text}`);
    }
  });

  test('lets requests in flight finish, with the code they began with', async () => {
    const slow = get('/probe-slow');
    await sleep(100);
    await checkout.save(handlerPath('probe'), answering("'five'"));
    await until('/probe', '200 five');
    await expect(slow).resolves.toBe('200 finished');
  });

  test('while another is being taken over is served, too', async () => {
    await checkout.save(handlerPath('probe'), answering("'six'"));
    await sleep(150);
    await checkout.save(handlerPath('probe'), answering("'seven'"));
    await until('/probe', '200 seven');
  });

  test('of a test file changes nothing', async () => {
    const pid = server.pid();
    await checkout.save('functions/system/probe.test.ts', 'export {};\n');
    await sleep(300);
    expect(server.pid()).toBe(pid);
    expect(lines).toEqual([]);
  });
});

describe('a broken save', () => {
  test.each([
    ['syntax', 'export const handler = ('],
    ['an import of nothing', "import { gone } from './gone.ts';\nexport const handler = gone;\n"],
    ['no handler', 'export const nothing = 1;\n'],
  ])('(%s) keeps the last good code, is reported in one line, and the next save heals', async (_, source) => {
    const before = await get('/probe');
    await checkout.save(handlerPath('probe'), source);
    expect(await said('still serving the last good one', 'probe.ts')).not.toContain('\n');
    expect(await get('/probe')).toBe(before);
    await checkout.save(handlerPath('probe'), answering("'healed'"));
    await until('/probe', '200 healed');
    await checkout.save(handlerPath('probe'), answering("'good'"));
    await until('/probe', '200 good');
  });

  test.each([
    ['is no YAML', 'broken: [', 'unexpected end of the stream'],
    [
      'misspells a key of the bullmq event',
      'queued: { handler: a.handler, events: [{ bullmq: { queue: q, concurency: 2 } }] }',
      'concurency',
    ],
    [
      'names no configuration variable',
      'queued: { handler: functions/system/handlers/probe.handler, events: [{ bullmq: { queue: q, batchSize: NO_SUCH } }] }',
      'NO_SUCH',
    ],
  ])('of a routing table that %s is refused', async (_, broken, reason) => {
    await checkout.save(FUNCTIONS, `${routes}\n${broken}\n`);
    await said('still serving the last good one', reason);
    expect(await get('/probe')).toBe('200 good');
    lines = [];
    await checkout.save(FUNCTIONS, routes);
    await said('Serving the present code');
  });
});

test('a new function in a new directory is served', async () => {
  await mkdir(join(checkout.root, 'functions/system/new'));
  await checkout.save('functions/system/new/rule.ts', "export const rule = (): string => 'new';\n");
  await checkout.addFunction(
    'fresh',
    'GET /fresh',
    answering('rule()', "import { rule } from '../new/rule.ts';"),
  );
  await until('/fresh', '200 new');
  await checkout.save('functions/system/new/rule.ts', "export const rule = (): string => 'newer';\n");
  await until('/fresh', '200 newer');
});

test('a worker that dies is replaced, and requests wait for the new one', async () => {
  const pid = server.pid();
  expect(pid).toBeGreaterThan(0);
  process.kill(pid, 'SIGKILL');
  await said('ended unexpectedly (the system ended it');
  // On a connection of its own: kept ones died with the worker.
  const [response] = await once(request(`${server.url}/probe`, { agent: false }).end(), 'response');
  expect(response.resume().statusCode).toBe(200);
  await said('Serving the present code');
});
