import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Copy, makeCopy, type Run, stopLimitMs } from './copy.ts';
import { processesIn } from './processes-in.ts';

const HOSTILE_NAME = `a folder's "name" with ü and ${'x'.repeat(120)}`;
const STATUS = { timeout: 120_000, interval: 50 };

let copy: Copy;
let run: Run;
let temporary: string;

beforeAll(() => {
  copy = makeCopy(HOSTILE_NAME);
  temporary = join(copy.root, '..', 'tmp');
  mkdirSync(temporary);
});
afterAll(() => copy?.remove());

const local = (name: string): string => join(copy.root, '.local', name);
const killServer = (name: string): void => {
  process.kill(Number(readFileSync(local(`${name}.pid`), 'utf8')), 'SIGKILL');
};
const statusOf = (path: string): Promise<number> =>
  fetch(`${copy.environmentFile().apiUrl}${path}`).then(({ status }) => status);
const isReady = () => vi.waitFor(async () => expect(await statusOf('/ready')).toBe(200), STATUS);
/** Log lines of trouble since the offset. */
const complaints = (offset: number): string[] =>
  run
    .output()
    .slice(offset)
    .split('\n')
    .filter((line) => /^\{"level":"(warn|error)"/.test(line));

test('starts in a folder with blanks, quotes, ü and a long name, in production, without a home', async () => {
  run = copy.run('start', { HOME: '/proc', NODE_ENV: 'production', TMPDIR: temporary });
  await run.said(/Ctrl-C stops everything/);
  await isReady();
  expect(await statusOf('/api/v6/auth/register')).toBe(405);
});

test.each([
  ['MariaDB', 'mariadb'],
  ['Redis', 'redis'],
  ['The mail catcher', 'mail'],
])('%s that ends is told of and started again where it was', async (label, name) => {
  const offset = run.output().length;
  killServer(name);
  await run.said(new RegExp(`${label} ended \\(.*\\), starting it again`), offset);
  await run.said(new RegExp(`${label} runs again \\(.* s\\)`), offset);
  await isReady();
});

test('while MariaDB is unavailable requests are 503, and the log stays readable', async () => {
  const offset = run.output().length;
  const { port } = copy.environmentFile().database;
  killServer('mariadb');
  // Takes its port, so that it cannot come back.
  const squatter = createServer((socket) => socket.destroy());
  await vi.waitFor(async () => {
    squatter.listen(port, '127.0.0.1');
    await once(squatter, 'listening');
  }, STATUS);
  try {
    await run.said(/MariaDB does not start, trying on: /, offset);
    await vi.waitFor(async () => expect(await statusOf('/ready')).toBe(503), STATUS);
    const body = JSON.stringify({ login: 'student@example.com', password: 'japanese-student-local' });
    const headers = { 'content-type': 'application/json', 'x-auth-mode': 'token' };
    const login = await fetch(`${copy.environmentFile().apiUrl}/api/v6/auth/login`, {
      method: 'POST',
      body,
      headers,
    });
    expect(login.status).toBe(503);
    const quiet = run.output().length;
    await sleep(15_000);
    expect(complaints(quiet).length).toBeLessThanOrEqual(5);
  } finally {
    squatter.close();
  }
  await run.said(/MariaDB runs again/, offset);
  await isReady();
});

test('while Redis is unavailable for long it is said once, and once that it is back', async () => {
  const offset = run.output().length;
  const port = Number(new URL(copy.environmentFile().redisUrl).port);
  killServer('redis');
  const squatter = createServer((socket) => socket.destroy());
  await vi.waitFor(async () => {
    squatter.listen(port, '127.0.0.1');
    await once(squatter, 'listening');
  }, STATUS);
  await run.said(/Redis does not start, trying on: /, offset);
  await sleep(15_000);
  squatter.close();
  await run.said(/Redis runs again/, offset);
  await run.said(/"msg":"redis is back"/, offset);
  const lines = complaints(offset);
  expect(lines.length).toBeLessThanOrEqual(8);
  expect(lines.filter((line) => line.includes('"msg":"redis is unavailable"')).length).toBeLessThanOrEqual(2);
  await isReady();
});

test('a syntax error on save is one line with file and line', async () => {
  const file = 'functions/system/handlers/get-health.ts';
  const good = readFileSync(join(copy.root, file), 'utf8');
  const offset = run.output().length;
  appendFileSync(join(copy.root, file), '\nexport const broken = (\n');
  await run.said(/The code does not load.*\n/, offset);
  const number = good.split('\n').length + 1;
  expect(run.output().slice(offset)).toContain(
    `(${file}:${number}) does not load: Expression expected. Correct`,
  );
  writeFileSync(join(copy.root, file), good);
  await run.said(/Serving the present code/, offset);
});

test('Ctrl-C ends it, with nothing left running and nothing left behind', async () => {
  const offset = run.output().length;
  run.child.kill('SIGINT');
  expect(await run.ended).toBe(0);
  const said = run.output().slice(offset).split('\n');
  const ours = said.filter((line) => line !== '' && !line.startsWith('{'));
  expect(ours).toEqual(['Stopping …', 'Stopped.']);
  expect(processesIn(copy.root)).toEqual([]);
  expect(readdirSync(temporary)).toEqual([]);
});

test('npm test runs there, too, and leaves nothing behind', async () => {
  const tests = copy.run('test', { HOME: '/proc', NODE_ENV: 'production', TMPDIR: temporary }, [
    '--project=db',
    'shared/database/transaction',
    'functions/learn/kana/seed',
  ]);
  expect(await tests.ended).toBe(0);
  expect(tests.output().trimEnd().split('\n').at(-1)).toMatch(/^[1-9]\d* passed, 0 failed$/);
  expect(readdirSync(temporary)).toEqual([]);
  expect(existsSync(join(copy.root, 'data'))).toBe(false);
  expect(processesIn(copy.root)).toEqual([]);
});

test.each([
  ['the services start', /Starting JapaneseStudent/, 0],
  ['the schema is made', /✓ mail catcher/, 100],
  ['the API loads', /✓ content/, 500],
])('Ctrl-C while %s ends it within 2 s', async (_name, after, waitMs) => {
  execFileSync(process.execPath, [join(copy.root, 'scripts', 'bootstrap.mjs'), 'reset'], { cwd: copy.root });
  const again = copy.run('start');
  await again.said(after);
  await sleep(waitMs);
  const offset = again.output().length;
  const limit = stopLimitMs();
  const begun = performance.now();
  again.child.kill('SIGINT');
  await again.ended;
  expect(performance.now() - begun).toBeLessThan(limit);
  expect(again.output().slice(offset).slice(again.output().slice(offset).indexOf('Stopping'))).toBe(
    'Stopping …\nStopped.\n',
  );
  expect(processesIn(copy.root)).toEqual([]);
});
