import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { expect, it } from 'vitest';

const TEST = /^([a-z0-9-]+)(\.[a-z-]+)?(\.db)?\.test\.ts$/;
const tests = ['functions', 'shared', 'dev'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.test.ts'))
    .map((path) => join(folder, path)),
);

it('finds the tests', () => {
  expect(tests.length).toBeGreaterThan(150);
});

it.each(tests)('%s stands beside what it tests and bears its name', (path) => {
  const [, subject = ''] = TEST.exec(basename(path)) ?? [];
  expect(existsSync(join(dirname(path), `${subject}.ts`)), `${subject}.ts`).toBe(true);
});
