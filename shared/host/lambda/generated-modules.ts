import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Plugin } from 'esbuild';
import { declaredFunctions } from '../../checkout/declared-functions.ts';
import { migrationFiles } from '../../checkout/migrations.ts';
import { ROOT } from '../../checkout/root.ts';
import { domainSeeds } from '../../checkout/seeds.ts';
import { DOMAINS } from '../../domains.ts';
import { ownValue } from '../../text/names.ts';

interface Loadable {
  readonly path: string;
}

const importOf = (path: string): string => `() => import(${JSON.stringify(join(ROOT, path))})`;

/** A list whose entries load a module. */
const loadableList = (name: string, entries: readonly Loadable[]): string => {
  const items = entries.map((entry) => `{...${JSON.stringify(entry)}, load: ${importOf(entry.path)}}`);
  return `const list = [${items.join(',\n')}];\nexport const ${name} = () => list;`;
};

const API_DOCUMENT = 'api-document.json';

// A file of its own in the bundle, so that importing the function does not wait for a text of its size.
const apiDocument = (): string =>
  `export const apiDocument = async () => JSON.parse((await import(${JSON.stringify(API_DOCUMENT)})).default);`;

const apiDocumentText = async (): Promise<string> => {
  const { apiDocument: make } = await import('../../checkout/api-document.ts');
  return JSON.stringify(await make());
};

/** What each module that reads the checkout is in a bundle. */
const SOURCES: Readonly<Record<string, () => string | Promise<string>>> = {
  'declared-functions': () =>
    `const list = ${JSON.stringify(declaredFunctions())};\nexport const declaredFunctions = () => list;`,
  migrations: () => loadableList('migrationFiles', migrationFiles()),
  seeds: () => loadableList('domainSeeds', domainSeeds()),
  'api-document': apiDocument,
};

/** Declarations: loaded with the bundle, because an endpoint names its error codes when it is defined. */
const DECLARING = new Set(['config', 'errors', 'mails']);

/** The modules of the domains with one of these names, in order, because one may declare what the next needs. */
const domainModules = (names: readonly string[]): string => {
  const imports: string[] = [];
  const entries = names.map((name) => {
    const modules = DOMAINS.map((domain) => [domain, `functions/${domain}/${name}.ts`] as const)
      .filter(([, path]) => existsSync(join(ROOT, path)))
      .map(([domain, path]) => {
        if (!DECLARING.has(name)) return `${JSON.stringify(domain)}: ${importOf(path)}`;
        const local = `module${imports.length}`;
        imports.push(`import * as ${local} from ${JSON.stringify(join(ROOT, path))};`);
        return `${JSON.stringify(domain)}: () => ${local}`;
      });
    return `${JSON.stringify(name)}: {${modules.join(', ')}}`;
  });
  return `${imports.join('\n')}
const byName = {${entries.join(',\n')}};
export const importDomainModules = async (name) => {
  const modules = new Map();
  for (const [domain, load] of Object.entries(byName[name])) modules.set(domain, await load());
  return modules;
};`;
};

const QUOTED = /'([a-z][a-z-]*)'/g;

/** The names of domain modules that a source spells out: a bundle brings those alone. */
const namedIn = (importer: string): string[] => {
  const quoted = [...readFileSync(importer, 'utf8').matchAll(QUOTED)].map(([, name = '']) => name);
  return [...new Set(quoted)].filter((name) =>
    DOMAINS.some((domain) => existsSync(join(ROOT, 'functions', domain, `${name}.ts`))),
  );
};

/** Puts what the checkout says into the bundle, in place of the modules that read it. */
export const generatedModules: Plugin = {
  name: 'generated-modules',
  setup: (build) => {
    build.onResolve({ filter: /\/domain-modules\.ts$/ }, ({ importer }) => ({
      path: namedIn(importer).join(','),
      namespace: 'domain-modules',
    }));
    build.onLoad({ filter: /.*/, namespace: 'domain-modules' }, ({ path }) => ({
      contents: domainModules(path.split(',')),
      resolveDir: ROOT,
      loader: 'js',
    }));
    build.onResolve({ filter: /^api-document\.json$/ }, ({ path }) => ({ path, namespace: 'api-document' }));
    build.onLoad({ filter: /.*/, namespace: 'api-document' }, async () => ({
      contents: await apiDocumentText(),
      loader: 'text',
    }));
    build.onLoad({ filter: /[\\/]shared[\\/]checkout[\\/][a-z-]+\.ts$/ }, async ({ path }) => {
      const name = relative(join(ROOT, 'shared', 'checkout'), path).replace(/\.ts$/, '');
      const source = ownValue(SOURCES, name);
      if (source) return { contents: await source(), resolveDir: ROOT, loader: 'js' };
      return { errors: [{ text: `${name} reads the checkout, which a bundle does not have` }] };
    });
  },
};
