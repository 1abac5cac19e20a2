import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';

const PLACE = join(import.meta.dirname, 'error-place.ts');

let root = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'a folder ü '));
  await mkdir(join(root, 'functions'));
  await writeFile(join(root, 'package.json'), '{"type":"module"}');
});
afterEach(() => rm(root, { recursive: true, force: true }));

/** Where Node itself, outside the test runner, says that loading the file fails. */
const placeOf = async (source: string): Promise<string> => {
  const file = join(root, 'functions', 'rule.ts');
  await writeFile(file, source);
  const script = `import { errorPlace } from ${JSON.stringify(pathToFileURL(PLACE).href)};
    import(${JSON.stringify(pathToFileURL(file).href)}).catch((error) => console.log(errorPlace(error, ${JSON.stringify(root)})));`;
  return spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
  }).stdout.trim();
};

test.each([
  ['a syntax error', 'export const a = 1;\nexport const b = (\n', 2],
  ['syntax that is not stripped', '\n\nenum Colour { Red }\n', 3],
  ['an import that does not exist', "\nimport { nothing } from 'node:fs';\nnothing();\n", 2],
  ['a throw while loading', "\n\n\nthrow new Error('boom');\n", 4],
])('%s', async (_name, source, line) => {
  expect(await placeOf(source)).toBe(`functions/rule.ts:${line}`);
});
