import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const stateSchema = z.object({
  databasePassword: z.string().min(1),
  redisPassword: z.string().min(1),
  databasePort: z.number().int().optional(),
  redisPort: z.number().int().optional(),
  /** Servers that the environment named at the last start; never private, so never reset. */
  named: z.object({ database: z.string().optional(), redis: z.string().optional() }).optional(),
});

/** What a start leaves for the next one: passwords and ports of private instances, and which servers were not private. */
export type ServiceState = z.output<typeof stateSchema>;

const fileOf = (directory: string): string => join(directory, 'services.json');

/** Reads `services.json`; a missing or damaged one is replaced by new passwords. */
export const readState = async (directory: string): Promise<ServiceState> => {
  try {
    return stateSchema.parse(JSON.parse(await readFile(fileOf(directory), 'utf8')));
  } catch {
    const secret = (): string => randomBytes(16).toString('hex');
    return { databasePassword: secret(), redisPassword: secret() };
  }
};

/** Writes `services.json`, readable by its owner only. */
export const writeState = (directory: string, state: ServiceState): Promise<void> =>
  writeFile(fileOf(directory), `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
