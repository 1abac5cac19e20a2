import { loadEndpoint } from '../host/load-functions.ts';
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
  return invoke(await loadEndpoint(found.route), {
    ...request,
    method,
    path,
    pathParameters: found.pathParameters,
  });
};
