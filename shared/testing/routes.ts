import { pathToFileURL } from 'node:url';
import type { EndpointHandler } from '../http/endpoint.ts';
import { findRoute } from '../http/routing-table.ts';
import { invoke, type TestRequest, type TestResponse } from './invoke.ts';

/** Calls the endpoint that the routing table names for a request, through its whole stack, in this process. */
export const callRoute = async (
  method: string,
  path: string,
  request: Omit<TestRequest, 'method' | 'path' | 'pathParameters'> = {},
): Promise<TestResponse> => {
  const found = findRoute(method, path);
  if (!found) throw new Error(`no route takes ${method} ${path}`);
  const { handler } = (await import(/* @vite-ignore */ pathToFileURL(found.route.module).href)) as {
    handler: EndpointHandler;
  };
  return invoke(handler, { ...request, method, path, pathParameters: found.pathParameters });
};
