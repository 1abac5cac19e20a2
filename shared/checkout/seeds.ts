import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Config } from '../config/config.ts';
import type { Database } from '../database/database.ts';
import { DOMAINS } from '../domains.ts';
import { ROOT } from './root.ts';

/** What a domain's `seed/seed.ts` exports: idempotent, never changing what people have edited. */
export interface Seed {
  readonly seed: (db: Database, config: Config, now: () => Date) => Promise<void>;
}

/** The seed of one domain. */
export interface DomainSeed {
  readonly domain: string;
  /** In the checkout. */
  readonly path: string;
  load(): Promise<Seed>;
}

/** The seeds of all domains that have one, in import order; part of each bundle. */
export const domainSeeds = (): readonly DomainSeed[] =>
  DOMAINS.map((domain) => ({ domain, path: `functions/${domain}/seed/seed.ts` }))
    .filter(({ path }) => existsSync(join(ROOT, path)))
    .map(({ domain, path }) => {
      const url = pathToFileURL(join(ROOT, path)).href;
      return { domain, path, load: () => import(/* @vite-ignore */ url) };
    });
