import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Config } from '../config/config.ts';
import { DOMAINS } from '../domains.ts';
import { machineClock } from '../host/machine-clock.ts';
import type { Database } from './database.ts';

const FUNCTIONS = fileURLToPath(new URL('../../functions', import.meta.url));

/** What a domain's `seed/seed.ts` exports: idempotent, never changing what people have edited. */
export interface Seed {
  readonly seed: (db: Database, config: Config, now: () => Date) => Promise<void>;
}

/** Runs the seed of every domain that has one, in import order; returns their names. */
export const seed = async (db: Database, config: Config, now = machineClock): Promise<string[]> => {
  const seeded: string[] = [];
  for (const domain of DOMAINS) {
    const path = join(FUNCTIONS, domain, 'seed', 'seed.ts');
    if (!existsSync(path)) continue;
    const module = (await import(/* @vite-ignore */ pathToFileURL(path).href)) as Seed;
    await module.seed(db, config, now);
    seeded.push(domain);
  }
  return seeded;
};
