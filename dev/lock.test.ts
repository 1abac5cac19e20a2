import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lockHolder, takeLock, withLock } from './lock.ts';

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'japanesestudent-lock-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

test('the first taker holds it, the second learns who does', async () => {
  const file = join(directory, 'sub', 'a.lock');
  expect(await takeLock(file)).toBeUndefined();
  expect(await takeLock(file)).toBe(process.pid);
  expect(await lockHolder(file)).toBe(process.pid);
});

test.each([
  ['a dead process', '4194305 1'],
  ['a process id that was given to somebody else', `${process.pid} 1`],
  ['an empty file', ''],
])('a lock left by %s is free', async (_, content) => {
  const file = join(directory, 'a.lock');
  await writeFile(file, content);
  expect(await takeLock(file)).toBeUndefined();
});

test('work under a lock does not overlap and frees it also when it fails', async () => {
  const file = join(directory, 'a.lock');
  let inside = 0;
  const work = async () => {
    inside += 1;
    expect(inside).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 20));
    inside -= 1;
    throw new Error('failed');
  };
  const outcomes = await Promise.allSettled([withLock(file, work), withLock(file, work)]);
  expect(outcomes.map((outcome) => outcome.status === 'rejected' && outcome.reason.message)).toEqual([
    'failed',
    'failed',
  ]);
  await expect(readFile(file)).rejects.toThrow('ENOENT');
});
