import { declaredFunctions } from '../checkout/declared-functions.ts';
import { type Route as HttpRoute, isCatchAll, routesOf } from '../host/http-routes.ts';
import { compileRoutes, pathParametersOf, type RouteMatcher, specificity } from './route-match.ts';

/** A route of the product, with the domain whose table declares it. */
export interface Route extends HttpRoute {
  readonly domain: string;
}

/** What the OpenAPI document calls a function: `verify-email` is `verifyEmail`. */
export const operationIdOf = (functionName: string): string =>
  functionName.replace(/-([a-z0-9])/g, (_match, letter: string) => letter.toUpperCase());

/** Names of the queues whose jobs some function takes. */
export const queueNames = (): string[] => {
  const events = declaredFunctions().flatMap(({ definition }) => definition.events ?? []);
  const queues = events.map((event) => event['bullmq'] as { readonly queue: string } | undefined);
  return [...new Set(queues.flatMap((queue) => (queue ? [queue.queue] : [])))].sort();
};

let table: readonly Route[] | undefined;

/** All HTTP routes but the catch-all, made once. */
export const routingTable = (): readonly Route[] => {
  table ??= declaredFunctions().flatMap(({ name, domain, definition }) =>
    routesOf(name, definition)
      .filter((route) => !isCatchAll(route))
      .map((route) => ({ ...route, domain })),
  );
  return table;
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
