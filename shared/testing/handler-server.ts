import { declaredFunctions } from '../checkout/declared-functions.ts';
import { ROOT } from '../checkout/root.ts';
import { definitionsByName } from '../host/function-definition.ts';
import { openHttpEdge } from '../host/http-edge.ts';
import { httpRoutesOf, routesOf } from '../host/http-routes.ts';
import { loadFunctions } from '../host/load-functions.ts';
import type { Resources } from '../host/resources.ts';

/** All endpoints of the product behind the HTTP edge, nothing between. */
export interface HandlerServer {
  readonly url: string;
  close(): Promise<void>;
}

const HOST = '127.0.0.1';
const GRACE_MS = 2_000;

/** Serves all endpoints on a free port. */
export const startHandlerServer = async ({
  config,
  log,
}: Pick<Resources, 'config' | 'log'>): Promise<HandlerServer> => {
  const definitions = definitionsByName(
    declaredFunctions().filter(({ name, definition }) => routesOf(name, definition).length > 0),
  );
  const functions = await loadFunctions(ROOT, definitions);
  const edge = openHttpEdge({ functions, routes: httpRoutesOf(definitions), config, log });
  const port = await edge.listen(0, HOST);
  return { url: `http://${HOST}:${port}`, close: () => edge.close(0, GRACE_MS) };
};
