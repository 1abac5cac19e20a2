import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Plugin } from 'esbuild';
import { ROOT } from '../../checkout/root.ts';

const BARE_IMPORT = /^import '([^']+)';/gm;
const OWN = /^#(shared|functions)\//;

/** Absolute path of a module of ours, as its importer names it; undefined for a package. */
const pathOf = (specifier: string, folder: string): string | undefined => {
  if (OWN.test(specifier)) return join(ROOT, specifier.slice(1));
  return /^\.\.?\//.test(specifier) ? resolve(folder, specifier) : undefined;
};

const importedForEffect = (path: string): string[] =>
  [...readFileSync(path, 'utf8').matchAll(BARE_IMPORT)].flatMap(
    ([, specifier = '']) => pathOf(specifier, dirname(path)) ?? [],
  );

/** Modules that some other imports without taking anything: what they do when they are loaded is wanted. */
const findEffectful = (): ReadonlySet<string> =>
  new Set(
    ['shared', 'functions'].flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
        .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
        .flatMap((path) => importedForEffect(join(ROOT, folder, path))),
    ),
  );

let effectful: ReadonlySet<string> | undefined;

/** Leaves out modules of which a bundle uses nothing, although a module that it does use imports them. */
export const ownModules: Plugin = {
  name: 'own-modules',
  setup: (build) => {
    effectful ??= findEffectful();
    const wanted = effectful;
    build.onResolve(
      { filter: /^(#(shared|functions)|\.\.?)\/.*\.ts$/ },
      ({ path: specifier, resolveDir, kind }) => {
        if (kind === 'entry-point' || !resolveDir.startsWith(ROOT) || resolveDir.includes('node_modules'))
          return;
        const path = pathOf(specifier, resolveDir);
        return path === undefined ? undefined : { path, sideEffects: wanted.has(path) };
      },
    );
  },
};
