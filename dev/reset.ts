import { readdir, rm } from 'node:fs/promises';
import { isAbsolute, join, relative } from 'node:path';
import { LocalFailure } from './local-failure.ts';
import { takeLock } from './lock.ts';
import { LOCAL_DIRECTORY, START_LOCK } from './paths.ts';
import { hasDockerCompose, removeCompose } from './services/docker.ts';
import { stopOrphan } from './services/processes.ts';
import { namedServers } from './services/services.ts';
import { readState } from './services/state.ts';

const ORPHANS = ['mariadb', 'redis', 'mail'] as const;
const DATA = /^(mariadb|redis|mail|media|services\.json|environment\.json)([.-].*)?$/;

/** What a reset did. */
export interface Reset {
  /** Names of what was removed below `.local`. */
  readonly removed: readonly string[];
  /** What keeps its data, one reason a line. */
  readonly untouched: readonly string[];
}

/** Servers and stores that are not this folder's own, by the environment or by the last start. */
const untouchedBy = async (
  directory: string,
  environment: NodeJS.ProcessEnv,
): Promise<{ readonly keepsMedia: boolean; readonly lines: string[] }> => {
  const named = { ...(await readState(directory)).named, ...namedServers(environment) };
  const base = environment['MEDIA_BASE_PATH'];
  const elsewhere = base !== undefined && base !== '' && isElsewhere(directory, base);
  const lines = [
    ...(named.database ? [`the database ${named.database} (DB_HOST)`] : []),
    ...(named.database
      ? [
          '.local/media, to which rows of that database refer; empty the database, then remove the folder by hand',
        ]
      : []),
    ...(named.redis ? [`the Redis database ${named.redis} (REDIS_HOST)`] : []),
    ...(elsewhere ? [`the media in ${base} (MEDIA_BASE_PATH)`] : []),
    ...(environment['MEDIA_STORE'] === 's3' ? ['the media in the bucket (MEDIA_STORE=s3)'] : []),
  ];
  return { keepsMedia: named.database !== undefined, lines };
};

const isElsewhere = (directory: string, path: string): boolean => {
  const inside = relative(directory, path);
  return inside.startsWith('..') || isAbsolute(inside);
};

/**
 * Deletes the data of private instances, mails and media below `directory`, after ending what a killed start left
 * behind. Servers that DB_HOST or REDIS_HOST name keep their data, and with the database the files its rows refer to.
 * @throws LocalFailure while `npm start` runs
 */
export const resetLocalEnvironment = async (
  environment: NodeJS.ProcessEnv,
  { directory, lock }: { readonly directory: string; readonly lock: string } = {
    directory: LOCAL_DIRECTORY,
    lock: START_LOCK,
  },
): Promise<Reset> => {
  const holder = await takeLock(lock);
  if (holder !== undefined) {
    throw new LocalFailure(`npm start runs in this folder (process ${holder}): stop it, then reset`);
  }
  try {
    const { keepsMedia, lines } = await untouchedBy(directory, environment);
    for (const name of ORPHANS) {
      await stopOrphan(join(directory, `${name}.pid`), join(directory, name));
    }
    const names = (await readdir(directory)).filter(
      (name) => DATA.test(name) && !(keepsMedia && name === 'media'),
    );
    if (await hasDockerCompose()) await removeCompose(directory);
    for (const name of names) await rm(join(directory, name), { recursive: true, force: true });
    return { removed: names, untouched: lines };
  } finally {
    await rm(lock, { force: true });
  }
};
