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

/** Names of the queues whose jobs some function takes. */
export const queueNames = (): string[] => {
  const events = readFunctions().flatMap(({ definition }) => definition.events ?? []);
  const queues = events.map((event) => event['bullmq'] as { readonly queue: string } | undefined);
  return [...new Set(queues.flatMap((queue) => (queue ? [queue.queue] : [])))].sort();
};

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

/** `/media/{id}` as `1` and `0` by segment: literal segments sort above parameters, the first one first. */
const specificity = (path: string): string =>
  path
    .split('/')
    .map((segment) => (segment.startsWith('{') ? '0' : '1'))
    .join('');

/** The routes that match a path, without those that have a parameter where another spells the segment out. */
const routesAt = (rawPath: string): readonly Route[] => {
  const matching = routingTable().filter(({ path }) => patternOf(path).test(rawPath));
  const best = matching
    .map(({ path }) => specificity(path))
    .sort()
    .at(-1);
  return matching.filter(({ path }) => specificity(path) === best);
};

const withHead = (methods: readonly string[]): string[] =>
  [...new Set(methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])))].sort();

/** Methods that some route offers at this path, HEAD beside GET; empty for an unknown path. */
export const methodsAt = (rawPath: string): string[] =>
  withHead(routesAt(rawPath).map(({ method }) => method));

/** The methods of the routes that spell this path out better than the route that took it; empty without any. */
export const methodsShadowing = (rawPath: string, routeKey: string): string[] => {
  const taken = specificity(routeKey.slice(routeKey.indexOf(' ') + 1));
  const better = routesAt(rawPath).filter(({ path }) => specificity(path) > taken);
  return withHead(better.map(({ method }) => method));
};

/** The route that takes a request, as a gateway chooses it, with its path parameters decoded. */
export const findRoute = (
  method: string,
  rawPath: string,
): { route: Route; pathParameters: Record<string, string> } | undefined => {
  const wanted = method === 'HEAD' ? 'GET' : method;
  const [route] = routingTable()
    .filter((each) => each.method === wanted && patternOf(each.path).test(rawPath))
    .sort((a, b) => (specificity(a.path) > specificity(b.path) ? -1 : 1));
  if (!route) return undefined;
  const segments = rawPath.split('/');
  const named = route.path.split('/').flatMap((segment, index) => {
    const [, name] = /^\{(.+)\}$/.exec(segment) ?? [];
    return name === undefined ? [] : [[name, decodeURIComponent(segments[index] ?? '')] as const];
  });
  return { route, pathParameters: Object.fromEntries(named) };
};
