import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isAlive } from './services/processes.ts';

const holderOf = async (file: string): Promise<number | undefined> => {
  const pid = Number(await readFile(file, 'utf8').catch(() => ''));
  return Number.isInteger(pid) && pid > 0 && (await isAlive(pid)) ? pid : undefined;
};

/**
 * Takes a lock file for this process; a file left by a dead process counts as free.
 * @returns undefined when taken, else the process id of the holder
 */
export const takeLock = async (file: string): Promise<number | undefined> => {
  await mkdir(dirname(file), { recursive: true });
  for (;;) {
    try {
      await writeFile(file, String(process.pid), { flag: 'wx' });
      return undefined;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const holder = await settledHolder(file);
    if (holder !== undefined) return holder;
    await rm(file, { force: true });
  }
};

// A file that was just created may still be empty, so an unreadable holder gets a second look.
const settledHolder = async (file: string): Promise<number | undefined> => {
  const holder = await holderOf(file);
  if (holder !== undefined) return holder;
  await delay(100);
  return holderOf(file);
};

/** The process that holds the lock file, if one is alive. */
export const lockHolder = holderOf;

/** Runs the work while holding the lock file; waits for another holder to finish. */
export const withLock = async <T>(file: string, work: () => Promise<T>): Promise<T> => {
  while ((await takeLock(file)) !== undefined) await delay(200);
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
};
