import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { LocalFailure } from './local-failure.ts';
import { takeLock } from './lock.ts';
import { LOCAL_DIRECTORY, START_LOCK } from './paths.ts';
import { hasDockerCompose, removeCompose } from './services/docker.ts';
import { stopOrphan } from './services/processes.ts';

const ORPHANS = ['mariadb', 'redis', 'mail'] as const;
const DATA = /^(mariadb|redis|mail|media|services\.json|environment\.json)([.-].*)?$/;

/**
 * Deletes the data of private instances, mails and media below `.local`, after ending what a killed start left behind.
 * Servers that DB_HOST or REDIS_HOST name keep their data.
 * @returns names of what was removed
 * @throws LocalFailure while `npm start` runs
 */
export const resetLocalEnvironment = async (): Promise<string[]> => {
  const holder = await takeLock(START_LOCK);
  if (holder !== undefined) {
    throw new LocalFailure(`npm start runs in this folder (process ${holder}): stop it, then reset`);
  }
  try {
    for (const name of ORPHANS) {
      await stopOrphan(join(LOCAL_DIRECTORY, `${name}.pid`), join(LOCAL_DIRECTORY, name));
    }
    const names = (await readdir(LOCAL_DIRECTORY)).filter((name) => DATA.test(name));
    if (await hasDockerCompose()) await removeCompose(LOCAL_DIRECTORY);
    for (const name of names) await rm(join(LOCAL_DIRECTORY, name), { recursive: true, force: true });
    return names;
  } finally {
    await rm(START_LOCK, { force: true });
  }
};
