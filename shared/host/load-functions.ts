import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from '../checkout/root.ts';
import type { HostStreams } from '../http/body/request-stream.ts';
import type { Contract } from '../http/contract.ts';
import type { EndpointHandler } from '../http/endpoint.ts';
import { ownValue } from '../text/names.ts';
import { errorPlace } from './error-place.ts';
import { type FunctionDefinition, handlerPlace } from './function-definition.ts';
import type { Route } from './http-routes.ts';

type PlatformContext = HostStreams & { readonly functionName: string; readonly awsRequestId: string };
type Handler = ((event: unknown, context: PlatformContext) => unknown) & { readonly contract?: Contract };

/** What a host adds to the platform's context of one call. */
export type CallContext = Partial<PlatformContext>;

/** The functions of a process, loaded. */
export interface LoadedFunctions {
  /** Calls a function with an event; one that does not exist answers undefined. */
  invoke(functionName: string, event: unknown, context?: CallContext): Promise<unknown>;
  /** Of an endpoint; other functions have none. */
  contractOf(functionName: string): Contract | undefined;
}

const loadHandler = async (root: string, name: string, handler: string): Promise<Handler> => {
  const { path, exportName } = handlerPlace(handler);
  const url = pathToFileURL(join(root, path)).href;
  const module: Record<string, unknown> = await import(/* @vite-ignore */ url).catch((cause: unknown) => {
    const message = cause instanceof Error ? cause.message : String(cause);
    const place = errorPlace(cause, root) ?? path;
    throw new Error(`function ${name} (${place}) does not load: ${message}`, { cause });
  });
  const loaded = ownValue(module, exportName);
  if (typeof loaded === 'function') return loaded as Handler;
  throw new Error(`function ${name}: ${path} exports no function ${exportName}`);
};

/** Loads the endpoint of a route from this checkout. @throws TypeError for a function without a contract */
export const loadEndpoint = async ({
  functionName,
  handler,
}: Pick<Route, 'functionName' | 'handler'>): Promise<EndpointHandler> => {
  const endpoint = await loadHandler(ROOT, functionName, handler);
  if (!endpoint.contract) throw new TypeError(`function ${functionName} is no endpoint`);
  return endpoint as EndpointHandler;
};

/**
 * Loads the modules of all functions ahead of the first call, so that broken code shows at once.
 * @throws Error naming the first function that does not load
 */
export const loadFunctions = async (
  root: string,
  functions: ReadonlyMap<string, FunctionDefinition>,
): Promise<LoadedFunctions> => {
  const loading = [...functions].map(
    async ([name, { handler }]) => [name, await loadHandler(root, name, handler)] as const,
  );
  const handlers = new Map(await Promise.all(loading));
  return {
    invoke: async (functionName, event, context = {}) =>
      handlers.get(functionName)?.(event, { functionName, awsRequestId: randomUUID(), ...context }),
    contractOf: (functionName) => handlers.get(functionName)?.contract,
  };
};
