import { compileRoutes } from '../http/route-match.ts';
import type { FunctionDefinition } from './function-definition.ts';

/** One HTTP event of a function. */
export interface Route {
  readonly functionName: string;
  /** As in the function's definition. */
  readonly handler: string;
  /** `GET /health`, or `$default` of the function that takes what no other does. */
  readonly routeKey: string;
  readonly method: string;
  /** With `{name}` placeholders; empty for the catch-all. */
  readonly path: string;
  /** Whether HEAD is offered beside GET. */
  readonly offersHead: boolean;
}

/** Chooses the function of a request. */
export interface HttpRoutes {
  find(method: string, rawPath: string): Route | undefined;
}

const CATCH_ALL = '*';

/** Whether a route takes what no other does. */
export const isCatchAll = ({ method }: Route): boolean => method === CATCH_ALL;

/** The routes of the `httpApi` events of a function, each declared as `METHOD /path` or `*`. */
export const routesOf = (functionName: string, definition: FunctionDefinition): Route[] =>
  (definition.events ?? [])
    .map((event) => event['httpApi'])
    .filter((route): route is string => typeof route === 'string')
    .map((route) => {
      const [method = '', path = ''] = route.split(' ');
      return {
        functionName,
        handler: definition.handler,
        routeKey: route === CATCH_ALL ? '$default' : route,
        method,
        path,
        offersHead: method === 'GET' && definition.offersHead !== false,
      };
    });

/** What chooses among the routes of these functions. */
export const httpRoutesOf = (functions: ReadonlyMap<string, FunctionDefinition>): HttpRoutes => {
  const routes = [...functions].flatMap(([name, definition]) => routesOf(name, definition));
  const matcher = compileRoutes(routes.filter((route) => !isCatchAll(route)));
  const catchAll = routes.find(isCatchAll);
  return { find: (method, rawPath) => matcher.find(method, rawPath) ?? catchAll };
};
