import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import type { Plugin } from 'esbuild';
import type { Files } from '../../checkout/package-files.ts';

const ASSET = 'asset:';
const PREAMBLE = `import { fileURLToPath } from 'node:url';
const placeOf = (name) => fileURLToPath(new URL(name, import.meta.url));`;

/** Source of a module with the same exports, whose files lie beside the bundle that contains it. */
const sourceOf = (exported: Readonly<Record<string, Files>>): string => {
  const imports: string[] = [];
  const constants = Object.entries(exported).map(([constant, files]) => {
    const entries = Object.entries(files).map(([name, path]) => {
      const variable = `file${imports.length}`;
      imports.push(`import ${variable} from ${JSON.stringify(`${ASSET}${path}`)};`);
      return `${JSON.stringify(name)}: /* @__PURE__ */ placeOf(${variable})`;
    });
    return `export const ${constant} = {${entries.join(', ')}};`;
  });
  return [PREAMBLE, ...imports, ...constants].join('\n');
};

/**
 * Puts files beside a bundle: a module `*.assets.ts` exports nothing but {@link Files}. It is run while the bundle
 * is built, and those of its files go along whose constant the bundle uses.
 */
export const assetFiles: Plugin = {
  name: 'asset-files',
  setup: (build) => {
    build.onLoad({ filter: /\.assets\.ts$/ }, async ({ path }) => {
      const exported = (await import(pathToFileURL(path).href)) as Readonly<Record<string, Files>>;
      return { contents: sourceOf(exported), loader: 'js' };
    });
    build.onResolve({ filter: /^asset:/ }, ({ path }) => ({
      path: path.slice(ASSET.length),
      namespace: 'asset',
      sideEffects: false,
    }));
    build.onLoad({ filter: /.*/, namespace: 'asset' }, async ({ path }) => ({
      contents: await readFile(path),
      loader: 'file',
    }));
  },
};
