import { type ValuesByName, valuesByName } from '../text/names.ts';
/** What a route is matched by. */
export interface RoutePattern {
  readonly method: string;
  /** With `{name}` for one segment and `{name+}` for all that remain. */
  readonly path: string;
}

/** Finds the routes of a path as API Gateway does: a literal segment wins over a parameter, the first one first. */
export interface RouteMatcher<R extends RoutePattern> {
  /** The most specific route that takes this method; HEAD is taken by GET. */
  find(method: string, rawPath: string): R | undefined;
  /** All routes that match, without those that have a parameter where another spells the segment out. */
  at(rawPath: string): readonly R[];
}

interface Compiled<R> {
  readonly route: R;
  /** Undefined for a parameter. */
  readonly literals: readonly (string | undefined)[];
  readonly isGreedy: boolean;
}

const isParameter = (segment: string): boolean => segment.startsWith('{');

/** `/media/{id}` as `110`: literal segments sort above parameters. */
export const specificity = (path: string): string =>
  path
    .split('/')
    .map((segment) => (isParameter(segment) ? '0' : '1'))
    .join('');

const compile = <R extends RoutePattern>(route: R): Compiled<R> => {
  const literals = route.path.split('/').map((segment) => (isParameter(segment) ? undefined : segment));
  return { route, literals, isGreedy: route.path.endsWith('+}') };
};

const matches = ({ literals, isGreedy }: Compiled<unknown>, segments: readonly string[]): boolean => {
  if (isGreedy ? segments.length < literals.length : segments.length !== literals.length) return false;
  const tail = literals.length - 1;
  return literals.every((literal, index) => {
    if (literal !== undefined) return literal === segments[index];
    return segments[index] !== '' || (isGreedy && index === tail && segments.length > literals.length);
  });
};

/** Prepares a routing table for {@link RouteMatcher}. */
export const compileRoutes = <R extends RoutePattern>(routes: readonly R[]): RouteMatcher<R> => {
  const literal = new Map(
    routes.filter(({ path }) => !path.includes('{')).map((route) => [`${route.method} ${route.path}`, route]),
  );
  const bySpecificity = routes
    .toSorted((a, b) => (specificity(a.path) > specificity(b.path) ? -1 : 1))
    .map(compile);

  const matching = (rawPath: string): R[] => {
    const segments = rawPath.split('/');
    return bySpecificity.filter((each) => matches(each, segments)).map(({ route }) => route);
  };

  return {
    find: (method, rawPath) => {
      const wanted = method === 'HEAD' ? 'GET' : method;
      return (
        literal.get(`${wanted} ${rawPath}`) ?? matching(rawPath).find((route) => route.method === wanted)
      );
    },
    at: (rawPath) => {
      const found = matching(rawPath);
      const best = found[0] && specificity(found[0].path);
      return found.filter(({ path }) => specificity(path) === best);
    },
  };
};

/** The decoded path parameters of a path that the pattern matches. @throws URIError for a bad escape */
export const pathParametersOf = (path: string, rawPath: string): ValuesByName<string> => {
  const segments = rawPath.split('/');
  const values = new Map<string, string>();
  for (const [index, segment] of path.split('/').entries()) {
    if (!isParameter(segment)) continue;
    const isGreedy = segment.endsWith('+}');
    const raw = isGreedy ? segments.slice(index).join('/') : (segments[index] ?? '');
    values.set(segment.slice(1, isGreedy ? -2 : -1), decodeURIComponent(raw));
  }
  return valuesByName(values);
};
