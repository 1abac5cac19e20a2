import { describe, expect, it } from 'vitest';
import { compileRoutes, pathParametersOf } from './route-match.ts';

const routes = [
  'GET /',
  'GET /a',
  'POST /a',
  'GET /a/{id}',
  'POST /a/b',
  'GET /{x}/b',
  'GET /files/{path+}',
].map((text) => {
  const [method = '', path = ''] = text.split(' ');
  return { method, path };
});
const matcher = compileRoutes(routes);
const found = (method: string, path: string) => matcher.find(method, path)?.path;

describe('compileRoutes', () => {
  it.each([
    ['GET', '/', '/'],
    ['HEAD', '/a', '/a'],
    ['PUT', '/a', undefined],
    ['GET', '/a/', undefined],
    ['GET', '/a/1', '/a/{id}'],
    // As API Gateway: the literal wins only for its own verb; endpoints refuse the rest themselves.
    ['GET', '/a/b', '/a/{id}'],
    ['POST', '/a/b', '/a/b'],
    ['GET', '/c/b', '/{x}/b'],
    ['GET', '//b', undefined],
    ['GET', '/files', undefined],
    ['GET', '/files/', undefined],
    ['GET', '/files/a/b/c', '/files/{path+}'],
    ['GET', '/files//a', '/files/{path+}'],
    ['GET', '/constructor', undefined],
  ])('%s %s: %s', (method, path, expected) => {
    expect(found(method, path)).toBe(expected);
  });

  it('tells the most specific routes of a path', () => {
    expect(matcher.at('/a/b').map(({ method, path }) => `${method} ${path}`)).toEqual(['POST /a/b']);
    expect(matcher.at('/a').map(({ method }) => method)).toEqual(['GET', 'POST']);
    expect(matcher.at('/nowhere')).toEqual([]);
  });
});

describe('pathParametersOf', () => {
  it('decodes after the path has been split', () => {
    expect({ ...pathParametersOf('/a/{id}', '/a/x%2Fy%20z') }).toEqual({ id: 'x/y z' });
    expect({ ...pathParametersOf('/files/{path+}', '/files/a/b%20c') }).toEqual({ path: 'a/b c' });
  });
});
