import { randomUUID } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Place } from './places.ts';

const schema = z.object({
  secrets: z.array(z.tuple([z.string(), z.string()])),
  places: z.array(z.object({ name: z.string(), text: z.string() })),
});

/** What one API leaves for the scan at the end of the suite. */
export interface Evidence {
  readonly secrets: ReadonlyMap<string, string>;
  readonly places: readonly Place[];
}

/** Writes the evidence of one API down. */
export const writeEvidence = async (directory: string, { secrets, places }: Evidence): Promise<void> => {
  const text = JSON.stringify({ secrets: [...secrets], places });
  await writeFile(join(directory, `${randomUUID()}.json`), text);
};

/** Everything that was written down, as one: a secret must not turn up anywhere, whoever used it. */
export const readEvidence = async (directory: string): Promise<Evidence> => {
  const files = await readdir(directory);
  const all = await Promise.all(
    files.map(async (file) => schema.parse(JSON.parse(await readFile(join(directory, file), 'utf8')))),
  );
  return {
    secrets: new Map(all.flatMap(({ secrets }) => secrets)),
    places: all.flatMap(({ places }) => places),
  };
};
