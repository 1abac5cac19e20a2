import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { LOCAL_DIRECTORY, REPOSITORY } from '#dev/paths.ts';

let folder = '';
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const SUITE = `
  import { afterAll, afterEach, beforeAll, beforeEach, describe, test } from 'vitest';
  describe('all', () => {
    let opened;
    beforeAll(async () => { throw new Error('the database is unavailable'); });
    afterAll(() => opened.close());
    test('is skipped', () => undefined);
  });
  describe('each', () => {
    let opened;
    beforeEach(async () => { throw new Error('the store is unavailable'); });
    afterEach(() => opened.close());
    test('fails', () => undefined);
  });
  describe('closing', () => {
    afterAll(() => { throw new Error('it does not close'); });
    test('passes', () => undefined);
  });
`;

test('a suite that cannot be prepared shows why, and a failure of cleaning up alone is shown, too', () => {
  folder = mkdtempSync(join(LOCAL_DIRECTORY, 'runner-'));
  writeFileSync(join(folder, 'suite.test.ts'), SUITE);
  const config = { test: { include: ['*.test.ts'], runner: join(REPOSITORY, 'tests', 'runner.ts') } };
  writeFileSync(join(folder, 'vitest.config.ts'), `export default ${JSON.stringify(config)};`);
  const vitest = join(REPOSITORY, 'node_modules', 'vitest', 'vitest.mjs');
  const { stdout, stderr } = spawnSync(process.execPath, [vitest, 'run', '--root', folder], {
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  });
  const output = stdout + stderr;
  for (const reason of ['the database is unavailable', 'the store is unavailable', 'it does not close']) {
    expect(output).toContain(`Error: ${reason}`);
  }
  expect(output).not.toContain('Cannot read properties of undefined');
}, 60_000);
