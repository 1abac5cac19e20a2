import type { Route } from '../http/routing-table.ts';

const PLACEHOLDER = /\{([^}]+)\}/g;

// OpenAPI knows no parameter that spans several segments; the name says what is meant.
const plain = (path: string): string => path.replace('+}', '}');

const parametersOf = (path: string): string[] =>
  [...plain(path).matchAll(PLACEHOLDER)].map(([, name = '']) => name);

const shapeOf = (path: string): string => plain(path).replaceAll(PLACEHOLDER, '{}');

const joined = (names: readonly string[]): string =>
  [...new Set(names)].reduce((all, name) => `${all}Or${name.charAt(0).toUpperCase()}${name.slice(1)}`);

/** Where a route stands in the document. */
export interface DocumentedPath {
  readonly path: string;
  /** From the names of the route's path parameters to those in the document. */
  readonly names: ReadonlyMap<string, string>;
}

/**
 * Tells where routes stand in the document. Paths that differ only in the names of their parameters are one path
 * to OpenAPI, so such a parameter gets a name of both: `/media/{id}` and `/media/{mediaType}` become
 * `/media/{idOrMediaType}`.
 */
export const documentedPaths = (routes: readonly Pick<Route, 'path'>[]) => {
  const same = Map.groupBy(routes, ({ path }) => shapeOf(path));
  return ({ path }: Pick<Route, 'path'>): DocumentedPath => {
    const alike = (same.get(shapeOf(path)) ?? []).map((route) => parametersOf(route.path));
    const names = parametersOf(path).map(
      (name, place) => [name, joined(alike.flatMap((parameters) => parameters[place] ?? []).sort())] as const,
    );
    let place = 0;
    return {
      path: plain(path).replaceAll(PLACEHOLDER, () => `{${names[place++]?.[1]}}`),
      names: new Map(names),
    };
  };
};
