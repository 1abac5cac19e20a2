import { domainSeeds } from '../checkout/seeds.ts';
import type { Config } from '../config/config.ts';
import { machineClock } from '../host/machine-clock.ts';
import type { Database } from './database.ts';

/** Runs the seed of every domain that has one, in import order; returns their names. */
export const seed = async (db: Database, config: Config, now = machineClock): Promise<string[]> => {
  const seeds = domainSeeds();
  for (const { load } of seeds) await (await load()).seed(db, config, now);
  return seeds.map(({ domain }) => domain);
};
