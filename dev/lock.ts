import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isAlive, startTime } from './services/processes.ts';

/** The process that holds a lock file, if it is still the one that took it. */
export const lockHolder = async (file: string): Promise<number | undefined> => {
  const [pid = '', started = ''] = (await readFile(file, 'utf8').catch(() => '')).split(' ');
  const id = Number(pid);
  if (!Number.isInteger(id) || id <= 0 || !(await isAlive(id))) return undefined;
  // After a reboot the number may belong to somebody else.
  return (await startTime(id)) === started ? id : undefined;
};

// A file that was just created may still be empty, so an unreadable holder gets a second look.
const settledHolder = async (file: string): Promise<number | undefined> => {
  const holder = await lockHolder(file);
  if (holder !== undefined) return holder;
  await delay(100);
  return lockHolder(file);
};

/**
 * Takes a lock file for this process; a file left by a dead process counts as free.
 * @returns undefined when taken, else the process id of the holder
 */
export const takeLock = async (file: string): Promise<number | undefined> => {
  await mkdir(dirname(file), { recursive: true });
  const content = `${process.pid} ${await startTime(process.pid)}`;
  for (;;) {
    try {
      await writeFile(file, content, { flag: 'wx' });
      return undefined;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const holder = await settledHolder(file);
    if (holder !== undefined) return holder;
    await rm(file, { force: true });
  }
};

/** Runs the work while holding the lock file; waits for another holder to finish. */
export const withLock = async <T>(file: string, work: () => Promise<T>): Promise<T> => {
  while ((await takeLock(file)) !== undefined) await delay(200);
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
};
