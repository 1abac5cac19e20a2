import { fileURLToPath } from 'node:url';
import type { APIGatewayProxyEventV2, Context as LambdaContext } from 'aws-lambda';
import { declaredFunctions } from '../checkout/declared-functions.ts';
import type { FunctionDefinition } from '../host/function-definition.ts';
import { type LoadedFunctions, loadFunctions } from '../host/load-functions.ts';
import { findRoute, methodsAt, operationIdOf, routingTable } from '../http/routing-table.ts';
import { type InvokedFunction, invoke, type TestRequest, type TestResponse } from './invoke.ts';

/** What is sent with an operation, which itself says the path; `method` is for another verb than that of its id. */
export type OperationRequest = Omit<TestRequest, 'path'>;

/** An operation as it is sent. */
export interface Target {
  /** Undefined where no route takes it. */
  readonly functionName: string | undefined;
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: string;
  readonly pathParameters: Record<string, string>;
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const BASE = '/api/v6';

const namedTarget = (name: string, { pathParameters = {}, query = '', method }: OperationRequest): Target => {
  const route = routingTable().find(({ functionName }) => operationIdOf(functionName) === name);
  if (!route) throw new Error(`no route is of an operation called ${name}`);
  const path = route.path.replace(/\{(\w+)\+?\}/g, (_, key: string) => pathParameters[key] ?? '');
  return { functionName: route.functionName, method: method ?? route.method, path, query, pathParameters };
};

const placedTarget = (operation: string, query: string): Target => {
  const [, method = '', given = '', search = ''] = /^(\S+) ([^?]*)\??(.*)$/.exec(operation) ?? [];
  const path = methodsAt(given).length > 0 || given.startsWith(BASE) ? given : BASE + given;
  const found = findRoute(method, path);
  const all = [search, query].filter((part) => part !== '').join('&');
  const { route, pathParameters = {} } = found ?? {};
  return { functionName: route?.functionName, method, path, query: all, pathParameters };
};

/**
 * Finds an operation in the routing table: by its id, with values for the path as `pathParameters`, or by method and
 * path, `/api/v6` and the query included or not.
 * @throws Error when no operation has the id
 */
export const targetOf = (operation: string, request: OperationRequest): Target =>
  operation.includes(' ') ? placedTarget(operation, request.query ?? '') : namedTarget(operation, request);

const loaded = new Map<string, Promise<LoadedFunctions>>();

const load = (functionName: string): Promise<LoadedFunctions> => {
  const known = loaded.get(functionName);
  if (known) return known;
  const found = declaredFunctions().find(({ name }) => name === functionName);
  const loading = loadFunctions(ROOT, new Map([[functionName, found?.definition as FunctionDefinition]]));
  loaded.set(functionName, loading);
  return loading;
};

/** Calls an operation through its whole stack, in this process and with this process's resources. */
export const callOperation = async (
  operation: string,
  request: OperationRequest = {},
): Promise<TestResponse> => {
  const { functionName, ...target } = targetOf(operation, request);
  if (functionName === undefined) throw new Error(`no route takes ${operation}`);
  const functions = await load(functionName);
  const call = (event: APIGatewayProxyEventV2, context: LambdaContext) =>
    functions.invoke(functionName, event, context) as ReturnType<InvokedFunction>;
  return invoke(call, { ...request, ...target });
};
