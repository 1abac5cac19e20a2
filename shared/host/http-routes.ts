import { compileRoutes } from '../http/route-match.ts';
import type { FunctionDefinition } from './function-events.ts';

/** A function that takes a request. */
export interface HttpRoute {
  readonly functionName: string;
  /** `GET /health`, or `$default` of the function that takes what no other does. */
  readonly routeKey: string;
  readonly method: string;
  readonly path: string;
}

/** Chooses the function of a request. */
export interface HttpRoutes {
  find(method: string, rawPath: string): HttpRoute | undefined;
}

const CATCH_ALL = '*';

/** The HTTP routes that `functions.yml` declares, each as `METHOD /path` or `*`. */
export const httpRoutesOf = (functions: ReadonlyMap<string, FunctionDefinition>): HttpRoutes => {
  const declared = [...functions].flatMap(([functionName, { events = [] }]) =>
    events
      .map((event) => event['httpApi'])
      .filter((route): route is string => typeof route === 'string')
      .map((route) => {
        const [method = '', path = ''] = route.split(' ');
        const routeKey = route === CATCH_ALL ? '$default' : route;
        return { functionName, routeKey, method, path };
      }),
  );
  const matcher = compileRoutes(declared.filter(({ method }) => method !== CATCH_ALL));
  const catchAll = declared.find(({ method }) => method === CATCH_ALL);
  return { find: (method, rawPath) => matcher.find(method, rawPath) ?? catchAll };
};
