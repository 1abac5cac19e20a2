/**
 * `npm run measure:tree [-- revision]`: how big folders and files are and how far a request travels, for the working
 * tree or a git revision. docs/architecture.md shows the result before and after the tree got its areas.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { parse } from 'yaml';

const ENDPOINTS = [
  'POST /api/v6/auth/login',
  'GET /api/v6/characters/{id}',
  'POST /api/v6/admin/scheduled-tasks',
] as const;
const IMPORT =
  /^(?:import|export)\s+(?!type\s)(?:[\w*\s]*,?\s*\{([^}]*)\}|[\w*\s]+)\s+from\s+'([#.][^']+)'/gm;

const [revision] = process.argv.slice(2);
const git = (...parameters: string[]): string =>
  execFileSync('git', parameters, { encoding: 'utf8', maxBuffer: 2 ** 26 });
const paths = revision
  ? git('ls-tree', '-r', '--name-only', revision)
  : git('ls-files', '--cached', '--others', '--exclude-standard');
const files = paths
  .split('\n')
  .filter((path) => /^(functions|shared|dev)\//.test(path) && (revision || existsSync(path)));

const texts = new Map<string, string>();
/** The text of a file as the tree has it, or undefined when the tree has no such file. */
const textOf = (path: string): string | undefined => {
  if (!files.includes(path)) return undefined;
  const text =
    texts.get(path) ?? (revision ? git('show', `${revision}:${path}`) : readFileSync(path, 'utf8'));
  texts.set(path, text);
  return text;
};

/** The value at a share of the sorted numbers: 0.5 is the median. */
const quantile = (numbers: readonly number[], share: number): number =>
  numbers.toSorted((a, b) => a - b)[Math.ceil(numbers.length * share) - 1] ?? 0;

interface Reference {
  readonly path: string;
  /** Undefined for `import * as`. */
  readonly names: readonly string[] | undefined;
}

/** What a module takes from other modules of the tree, types left out. */
const referencesOf = (path: string): Reference[] =>
  [...(textOf(path) ?? '').matchAll(IMPORT)].flatMap(([, list, from = '']) => {
    const names = list
      ?.split(',')
      .map((name) => name.trim())
      .filter((name) => name && !name.startsWith('type '))
      .map((name) => name.split(/\s+as\s+/)[0] ?? name);
    const target = from.startsWith('#') ? from.slice(1) : posix.join(posix.dirname(path), from);
    return names?.length === 0 ? [] : [{ path: target, names }];
  });

/** The modules that a handler opens in functions/. An index.ts leads only to the names that are taken from it. */
const opened = (path: string, names?: readonly string[], depth = 0, seen = new Map<string, number>()) => {
  const passage = posix.basename(path) === 'index.ts';
  if (!passage && (seen.get(path) ?? Infinity) <= depth) return seen;
  if (!passage) seen.set(path, depth);
  for (const reference of referencesOf(path)) {
    const passedBy = passage && names && !names.some((name) => reference.names?.includes(name));
    if (!passedBy && reference.path.startsWith('functions/'))
      opened(reference.path, reference.names, depth + 1, seen);
  }
  return seen;
};

const handlers = new Map<string, string>();
for (const path of files.filter((file) => file.endsWith('/functions.yml'))) {
  const table = parse(textOf(path) ?? '') as Record<
    string,
    { handler: string; events: { httpApi?: string }[] }
  >;
  for (const { handler, events } of Object.values(table)) {
    for (const { httpApi } of events) if (httpApi) handlers.set(httpApi, handler.replace(/\.\w+$/, '.ts'));
  }
}

const code = files.filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts'));
const folders = Map.groupBy(code, posix.dirname);
const [largest] = [...folders].toSorted(([, a], [, b]) => b.length - a.length);
const sizes = [...folders.values()].map((found) => found.length);
const product = code.filter((path) => !/\.test\.ts$|\/testing\//.test(path));
const lines = product.map((path) => (textOf(path) ?? '').trimEnd().split('\n').length);

console.log(`| what | ${revision ?? 'working tree'} |\n|---|---|`);
console.log(
  `| folders, product files, files with tests | ${folders.size}, ${product.length}, ${code.length} |`,
);
console.log(`| files per folder: largest | ${largest?.[1].length} (\`${largest?.[0]}\`) |`);
console.log(
  `| files per folder: median, 95th percentile | ${quantile(sizes, 0.5)}, ${quantile(sizes, 0.95)} |`,
);
console.log(
  `| lines per product file: median, 95th percentile | ${quantile(lines, 0.5)}, ${quantile(lines, 0.95)} |`,
);
for (const endpoint of ENDPOINTS) {
  const modules = opened(handlers.get(endpoint) ?? '');
  const sql = Math.min(
    ...[...modules].filter(([path]) => /\/queries\//.test(path)).map(([, depth]) => depth),
  );
  const places = new Set([...modules.keys()].map(posix.dirname));
  console.log(`| \`${endpoint}\` | ${sql} hops to SQL; ${modules.size} modules in ${places.size} folders |`);
}
