import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { declaredFunctions } from '../../checkout/declared-functions.ts';
import { migrationFiles } from '../../checkout/migrations.ts';
import { domainSeeds } from '../../checkout/seeds.ts';
import plugins from './esbuild-plugins.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'japanesestudent-bundle-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Exports of a module of ours in a bundle, which lies where there is no checkout. */
const bundled = async (entry: string): Promise<Record<string, () => unknown>> => {
  const outdir = await mkdtemp(join(folder, 'out-'));
  await build({
    entryPoints: [entry],
    outdir,
    plugins,
    bundle: true,
    platform: 'node',
    format: 'esm',
    outExtension: { '.js': '.mjs' },
    logLevel: 'silent',
    banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
  });
  const name = entry.replace(/^.*\//, '').replace(/\.ts$/, '.mjs');
  return import(/* @vite-ignore */ pathToFileURL(join(outdir, name)).href);
};

test('the routing tables are part of a bundle', async () => {
  const { declaredFunctions: inBundle } = await bundled('shared/checkout/declared-functions.ts');
  expect(inBundle?.()).toEqual(declaredFunctions());
});

test.each([
  ['migrations', 'migrationFiles', migrationFiles()],
  ['seeds', 'domainSeeds', domainSeeds()],
])('the %s are part of a bundle, and load', async (name, exported, expected) => {
  const module = await bundled(`shared/checkout/${name}.ts`);
  const list = module[exported]?.() as readonly { path: string; load: () => Promise<object> }[];
  expect(list.map(({ path }) => path)).toEqual(expected.map(({ path }) => path));
  for (const { load } of list) expect(Object.keys(await load())).not.toEqual([]);
});

test('a bundle that would read the checkout is not made', async () => {
  await expect(bundled('shared/checkout/root.ts')).rejects.toThrow('which a bundle does not have');
});
