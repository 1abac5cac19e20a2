import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { explain } from '../explain.ts';
import { freeBytes, requireSpace } from './disk-space.ts';

let directory = '';
afterEach(() => rm(directory, { recursive: true, force: true }));

test('what fits passes, what does not is one line with what is needed and what is free', async () => {
  directory = await mkdtemp(join(tmpdir(), 'japanesestudent-space-'));
  const free = await freeBytes(directory);
  await requireSpace(directory, free / 2, 'this');
  await expect(requireSpace(directory, free * 2, "MariaDB's data")).rejects.toMatchObject({
    name: 'LocalFailure',
    message: expect.stringMatching(
      /^Not enough space in \S+: MariaDB's data needs about \d+ MB, \d+ MB are free\. [^\n]+$/,
    ),
  });
});

test.each([
  Object.assign(new Error('write'), { code: 'ENOSPC' }),
  new Error('a command failed', {
    cause: new Error('Error writing file \'./x\' (Errcode: 28 "No space left on device")'),
  }),
])('a full disk is one line, however deep it lies', (error) => {
  expect(explain(error)).toMatch(/^The disk is full \([^\n]+\): make room[^\n]*$/);
});

test('what nobody can foresee is shown as it is', () => {
  const error = new Error('unforeseen');
  expect(explain(error)).toBe(error);
});
