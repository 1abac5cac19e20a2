import { randomUUID } from 'node:crypto';
import { flushCompileCache } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { errorPlace } from './error-place.ts';
import type { FunctionDefinition } from './function-events.ts';

type Handler = (event: unknown, context: { functionName: string; awsRequestId: string }) => unknown;

/** Calls a loaded function with an event. */
export type Invoke = (functionName: string, event: unknown) => Promise<unknown>;

/** By then the answers that waited for the new code have been given. */
const FLUSH_AFTER_MS = 500;

const HANDLER = /^(.+)\.([^./]+)$/;

const loadHandler = async (root: string, name: string, handler: string): Promise<Handler> => {
  const [, path = '', exported = ''] = HANDLER.exec(handler) ?? [];
  const module: Record<string, unknown> = await import(pathToFileURL(join(root, `${path}.ts`)).href).catch(
    (cause: unknown) => {
      const message = cause instanceof Error ? cause.message : String(cause);
      const place = errorPlace(cause, root);
      throw new Error(`function ${name} (${place ?? `${path}.ts`}) does not load: ${message}`, { cause });
    },
  );
  const loaded = module[exported];
  if (typeof loaded === 'function') return loaded as Handler;
  throw new Error(`function ${name}: ${path}.ts exports no function ${exported}`);
};

/**
 * Loads the modules of all functions ahead of the first call, so that broken code shows at once.
 * @throws Error naming the first function that does not load
 */
export const loadHandlers = async (
  root: string,
  functions: ReadonlyMap<string, FunctionDefinition>,
): Promise<Invoke> => {
  const loading = [...functions].map(
    async ([name, { handler }]) => [name, await loadHandler(root, name, handler)] as const,
  );
  const handlers = new Map(await Promise.all(loading));
  // Otherwise the cache is written when the process ends: too late for the worker that replaces this one.
  setTimeout(flushCompileCache, FLUSH_AFTER_MS).unref();
  return async (functionName, event) =>
    handlers.get(functionName)?.(event, { functionName, awsRequestId: randomUUID() });
};
