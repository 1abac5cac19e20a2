import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { DOMAINS } from './domains.ts';

const importModule = (url: string): Promise<unknown> =>
  import(/* @vite-ignore */ url).catch((cause: unknown) => {
    const path = url.slice(url.lastIndexOf('/functions/') + 1);
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${path} does not load: ${message}`, { cause });
  });

/**
 * Imports `functions/<domain>/<name>.ts` of every domain that has one, one after the other in the order of
 * domains.json. Only this file looks for them, so that a bundle can bring a list of its own instead.
 */
export const importDomainModules = async (name: string): Promise<ReadonlyMap<string, unknown>> => {
  const modules = new Map<string, unknown>();
  for (const domain of DOMAINS) {
    const url = new URL(`../functions/${domain}/${name}.ts`, import.meta.url);
    if (existsSync(fileURLToPath(url))) modules.set(domain, await importModule(url.href));
  }
  return modules;
};
