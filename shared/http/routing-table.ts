import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

/** One HTTP event of a function. */
export interface Route {
  readonly functionName: string;
  readonly method: string;
  /** With `{name}` placeholders, as in `functions.yml`. */
  readonly path: string;
  /** Absolute path of the handler's module. */
  readonly module: string;
  readonly domain: string;
}

interface FunctionDefinition {
  readonly handler: string;
  readonly events?: readonly Readonly<Record<string, unknown>>[];
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
let table: readonly Route[] | undefined;

/** Names and definitions of all functions of all domains, read from `functions/<domain>/functions.yml`. */
export const readFunctions = (
  root = ROOT,
): { name: string; domain: string; definition: FunctionDefinition }[] =>
  readdirSync(join(root, 'functions'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort()
    .flatMap((domain) => {
      const text = readFileSync(join(root, 'functions', domain, 'functions.yml'), 'utf8');
      const functions = (parse(text) ?? {}) as Record<string, FunctionDefinition>;
      return Object.entries(functions).map(([name, definition]) => ({ name, domain, definition }));
    });

/** All HTTP routes but the catch-all, read once. */
export const routingTable = (root = ROOT): readonly Route[] => {
  if (table && root === ROOT) return table;
  const routes = readFunctions(root).flatMap(({ name, domain, definition }) =>
    (definition.events ?? [])
      .map((event) => event['httpApi'])
      .filter((route): route is string => typeof route === 'string' && route !== '*')
      .map((route) => {
        const [method = '', path = ''] = route.split(' ');
        const module = join(root, definition.handler.replace(/\.[^./]+$/, '.ts'));
        return { functionName: name, domain, method, path, module };
      }),
  );
  if (root === ROOT) table = routes;
  return routes;
};

const patternOf = (path: string): RegExp =>
  new RegExp(
    `^${path.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{[^}]+?\}/g, (name) => (name.endsWith('\\+}') ? '.+' : '[^/]+'))}$`,
  );

/** Methods that some route offers at this path, HEAD beside GET; empty for an unknown path. */
export const methodsAt = (rawPath: string): string[] => {
  const methods = routingTable()
    .filter(({ path }) => patternOf(path).test(rawPath))
    .map(({ method }) => method);
  return [...new Set(methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])))].sort();
};
