import { pathToFileURL } from 'node:url';
import { ownValue } from '../text/names.ts';
import type { EndpointHandler } from './endpoint.ts';
import type { Route } from './routing-table.ts';

/** Loads the endpoint that a route names. @throws TypeError when its module has no such endpoint */
export const loadEndpoint = async ({
  module,
  exportName,
}: Pick<Route, 'module' | 'exportName'>): Promise<EndpointHandler> => {
  const exported: Record<string, EndpointHandler | undefined> = await import(
    /* @vite-ignore */ pathToFileURL(module).href
  );
  const endpoint = ownValue(exported, exportName);
  if (!endpoint?.contract) throw new TypeError(`${module} exports no endpoint ${exportName}`);
  return endpoint;
};
