import { randomUUID } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Proves that files can be stored below the folder, by writing one. Rejects with the system's error when not. */
export const probeStore = async (basePath: string): Promise<void> => {
  await mkdir(basePath, { recursive: true });
  const file = join(basePath, `.probe-${randomUUID()}`);
  await writeFile(file, '');
  await rm(file, { force: true });
};
