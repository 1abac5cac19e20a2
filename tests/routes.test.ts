import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { declaredFunctions } from '#shared/checkout/declared-functions.ts';
import { ERROR_STATUS } from '#shared/errors/error-codes.ts';
import { handlerPlace } from '#shared/host/function-definition.ts';
import { documentedCodes } from '#shared/http/documented-codes.ts';
import { methodsAt, methodsShadowing, routingTable } from '#shared/http/routing-table.ts';
import { createOpenApi, loadContracts } from '#shared/openapi/document.ts';
import { documentedPaths } from '#shared/openapi/paths.ts';

const handlerFiles = readdirSync('functions', { recursive: true, encoding: 'utf8' })
  .filter((path) => /(^|\/)handlers\/[^/]+\.ts$/.test(path) && !path.endsWith('.test.ts'))
  .map((path) => resolve('functions', path));
const functions = declaredFunctions();

describe('the routing table', () => {
  it('names every export of a file in handlers/ for one function, and no other', async () => {
    const named = functions.map(({ definition }) => {
      const { path, exportName } = handlerPlace(definition.handler);
      return `${resolve(path)} ${exportName}`;
    });
    const exported = await Promise.all(
      handlerFiles.map(async (file) => {
        const module: Record<string, unknown> = await import(pathToFileURL(file).href);
        return Object.keys(module).map((name) => `${file} ${name}`);
      }),
    );
    expect(named.sort()).toEqual(exported.flat().sort());
  });

  it('has every name and every route once', () => {
    const names = functions.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    const routes = routingTable().map(({ method, path }) => `${method} ${path.replace(/\{[^}]+\}/g, '{}')}`);
    expect(new Set(routes).size).toBe(routes.length);
  });

  it('tells the methods of a path', () => {
    expect(methodsAt('/health')).toEqual(['GET', 'HEAD']);
    expect(methodsAt('/api/v6/auth/verify-email')).toEqual(['GET', 'POST']);
    expect(methodsAt('/admin/queues/static/js/main.js')).toEqual(['GET', 'HEAD']);
    expect(methodsAt('/admin/queues/')).toEqual([]);
    expect(methodsAt('/nowhere')).toEqual([]);
  });
});

describe('the contracts', async () => {
  const routes = await loadContracts();
  const { paths = {} } = createOpenApi(routes);
  const placeOf = documentedPaths(routes);

  it.each(routes.map((route) => [`${route.method} ${route.path}`, route] as const))(
    '%s is documented',
    (_name, route) => {
      const { contract, method, path } = route;
      const operation = paths[placeOf(route).path]?.[method.toLowerCase() as 'get'];
      const camelCase = route.functionName.replaceAll(/-(.)/g, (_match, letter: string) =>
        letter.toUpperCase(),
      );
      expect(operation?.operationId).toBe(camelCase);
      const declared = [
        ...Object.keys(contract.responses),
        ...documentedCodes(contract).map((code) => String(ERROR_STATUS[code])),
      ];
      expect(Object.keys(operation?.responses ?? {}).sort()).toEqual([...new Set(declared)].sort());
      const inPath = [...path.matchAll(/\{([^}+]+)\+?\}/g)].map(([, name]) => name);
      expect(Object.keys(contract.request?.path?.shape ?? {})).toEqual(inPath);
    },
  );

  it('offer HEAD exactly where the routing table says so', () => {
    for (const { contract, method, path, offersHead } of routes) {
      expect(method === 'GET' && contract.head !== false, `${method} ${path}`).toBe(offersHead);
    }
  });

  it('answer 405 where another route spells out a value of their parameters', () => {
    const examples = routes.map(({ path }) => path.replaceAll(/\{[^}]+\}/g, '1'));
    for (const { contract, method, path } of routes.filter((route) => route.path.includes('{'))) {
      const pattern = new RegExp(
        `^${path.replaceAll(/\{[^}]+\+\}/g, '.+').replaceAll(/\{[^}]+\}/g, '[^/]+')}$`,
      );
      const shadowing = examples
        .filter((example) => pattern.test(example))
        .map((example) => methodsShadowing(example, `${method} ${path}`))
        .filter((methods) => methods.length > 0 && !methods.includes(method));
      if (shadowing.length > 0) expect(contract.literalsWin, `${method} ${path}`).toBe(true);
    }
  });

  it('ask for credentials on everything that is not meant to be public', () => {
    const open = routes.filter(({ contract }) => contract.guard === 'public').map(({ path }) => path);
    for (const path of open)
      expect(path).toMatch(
        /^\/(health|ready|openapi\.json|docs.*|api\/v6\/auth\/.*|api\/v6\/characters(\/row-column|\/\{id\})?)$/,
      );
  });
});
