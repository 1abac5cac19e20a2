import { rm } from 'node:fs/promises';
import { basename, extname, resolve } from 'node:path';
import type { Metafile, Plugin } from 'esbuild';
import { ownValue } from '../../text/names.ts';

/** Files of a build that its entry, or whatever this loads, refers to. */
const referencedBy = (entry: string, { outputs }: Metafile): ReadonlySet<string> => {
  const found = new Set<string>();
  const visit = (path: string): void => {
    const output = ownValue(outputs, path);
    if (!output || found.has(path)) return;
    found.add(path);
    for (const { path: next } of output.imports) visit(next);
  };
  for (const [path, { entryPoint }] of Object.entries(outputs)) {
    if (entryPoint !== undefined && resolve(entryPoint) === resolve(entry)) visit(path);
  }
  return found;
};

/**
 * Splits a bundle at its dynamic imports, so that what a call may never need is not read at the start, and puts all
 * further files beside the entry under names that begin like its own: that is how serverless-esbuild knows which
 * files belong into which zip. What only unused code would have loaded is removed; esbuild writes it all the same.
 */
export const besideEntry: Plugin = {
  name: 'beside-entry',
  setup: (build) => {
    const { initialOptions } = build;
    const [entry = ''] = initialOptions.entryPoints as readonly string[];
    const name = basename(entry, extname(entry));
    initialOptions.splitting = true;
    initialOptions.metafile = true;
    initialOptions.chunkNames = `${name}.[hash]`;
    initialOptions.assetNames = `${name}.[name]-[hash]`;
    build.onEnd(async ({ metafile }) => {
      if (!metafile) return;
      const referenced = referencedBy(entry, metafile);
      const unused = Object.keys(metafile.outputs).filter((path) => !referenced.has(path));
      await Promise.all(unused.map((path) => rm(path, { force: true })));
    });
  },
};
