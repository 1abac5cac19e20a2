import { fileURLToPath } from 'node:url';
import type { FunctionDefinition } from '../host/function-events.ts';
import { openHttpEdge } from '../host/http-edge.ts';
import { httpRoutesOf } from '../host/http-routes.ts';
import { loadFunctions } from '../host/load-functions.ts';
import type { Resources } from '../host/resources.ts';
import { readFunctions } from '../http/routing-table.ts';

/** All endpoints of the product behind the HTTP edge, nothing between. */
export interface HandlerServer {
  readonly url: string;
  close(): Promise<void>;
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const HOST = '127.0.0.1';
const GRACE_MS = 2_000;

const endpoints = (): Map<string, FunctionDefinition> =>
  new Map(
    readFunctions()
      .filter(({ definition }) => definition.events?.some((event) => 'httpApi' in event))
      .map(({ name, definition }) => [name, definition as FunctionDefinition]),
  );

/** Serves all endpoints on a free port. */
export const startHandlerServer = async ({
  config,
  log,
}: Pick<Resources, 'config' | 'log'>): Promise<HandlerServer> => {
  const definitions = endpoints();
  const functions = await loadFunctions(ROOT, definitions);
  const edge = openHttpEdge({ functions, routes: httpRoutesOf(definitions), config, log });
  const port = await edge.listen(0, HOST);
  return { url: `http://${HOST}:${port}`, close: () => edge.close(0, GRACE_MS) };
};
