import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { DOMAINS } from '../domains.ts';
import { compileRoutes, pathParametersOf, type RouteMatcher, specificity } from './route-match.ts';

/** One HTTP event of a function. */
export interface Route {
  readonly functionName: string;
  readonly method: string;
  /** With `{name}` placeholders, as in `functions.yml`. */
  readonly path: string;
  /** Whether HEAD is offered beside GET. */
  readonly offersHead: boolean;
  /** Absolute path of the handler's module. */
  readonly module: string;
  /** Which of the module's exports the handler is. */
  readonly exportName: string;
  readonly domain: string;
}

interface FunctionDefinition {
  readonly handler: string;
  /** False where the contract does not offer HEAD on a GET. */
  readonly offersHead?: boolean;
  readonly events?: readonly Readonly<Record<string, unknown>>[];
}

/** The file, below the checkout, and the export that a `handler` entry names. */
export const handlerPlace = (handler: string): { readonly path: string; readonly exportName: string } => {
  const dot = handler.lastIndexOf('.');
  return { path: `${handler.slice(0, dot)}.ts`, exportName: handler.slice(dot + 1) };
};

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
let table: readonly Route[] | undefined;

/** Names and definitions of all functions of all domains, read from `functions/<domain>/functions.yml`. */
export const readFunctions = (
  root = ROOT,
): { name: string; domain: string; definition: FunctionDefinition }[] =>
  [...DOMAINS].sort().flatMap((domain) => {
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
        const { path: file, exportName } = handlerPlace(definition.handler);
        const module = join(root, file);
        const offersHead = method === 'GET' && definition.offersHead !== false;
        return { functionName: name, domain, method, path, offersHead, module, exportName };
      }),
  );
  if (root === ROOT) table = routes;
  return routes;
};

let compiled: RouteMatcher<Route> | undefined;
const matcher = (): RouteMatcher<Route> => {
  compiled ??= compileRoutes(routingTable());
  return compiled;
};

const answeredBy = (routes: readonly Route[]): string[] =>
  [...new Set(routes.flatMap(({ method, offersHead }) => (offersHead ? [method, 'HEAD'] : [method])))].sort();

/** Methods that some route offers at this path, HEAD where it is offered; empty for an unknown path. */
export const methodsAt = (rawPath: string): string[] => answeredBy(matcher().at(rawPath));

/** The methods of the routes that spell this path out better than the route that took it; empty without any. */
export const methodsShadowing = (rawPath: string, routeKey: string): string[] => {
  const taken = specificity(routeKey.slice(routeKey.indexOf(' ') + 1));
  const better = matcher()
    .at(rawPath)
    .filter(({ path }) => specificity(path) > taken);
  return answeredBy(better);
};

/** The route that takes a request, as a gateway chooses it, with its path parameters decoded. */
export const findRoute = (
  method: string,
  rawPath: string,
): { route: Route; pathParameters: Record<string, string> } | undefined => {
  const route = matcher().find(method, rawPath);
  return route && { route, pathParameters: pathParametersOf(route.path, rawPath) };
};
