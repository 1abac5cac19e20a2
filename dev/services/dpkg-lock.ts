import { readFile, stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Progress } from '../progress.ts';
import { refuseWhenAborted } from './processes.ts';

/** Held while packages of the machine are installed or removed; until then its list of packages is half written. */
const LOCKS = ['/var/lib/dpkg/lock-frontend', '/var/lib/dpkg/lock'] as const;
const LOOK_EVERY_MS = 500;
const TELL_EVERY_MS = 5_000;

/** Minor and major number of a device, as the kernel puts them into `st_dev`. */
const deviceNumber = (device: number): string => {
  const hexadecimal = (value: number): string => value.toString(16).padStart(2, '0');
  const major = (device >> 8) & 0xfff;
  const minor = (device & 0xff) | ((device >> 12) & 0xfff00);
  return `${hexadecimal(major)}:${hexadecimal(minor)}`;
};

/** The process that holds a POSIX lock on the file, out of the text of `/proc/locks`. */
const holderIn = (locks: string, { dev, ino }: { dev: number; ino: number }): number | undefined => {
  const line = locks
    .split('\n')
    .map((each) => each.trim().split(/\s+/))
    .find((fields) => fields[1] === 'POSIX' && fields[5] === `${deviceNumber(dev)}:${ino}`);
  return line === undefined ? undefined : Number(line[4]);
};

/** The process that changes the packages of this machine at present; needs no rights, unlike asking for the lock. */
const packageOperation = async (files: readonly string[]): Promise<number | undefined> => {
  const locks = await readFile('/proc/locks', 'utf8').catch(() => '');
  for (const file of files) {
    const found = await stat(file).catch(() => undefined);
    const holder = found && holderIn(locks, found);
    if (holder !== undefined) return holder;
  }
  return undefined;
};

const nameOf = async (pid: number): Promise<string> =>
  (await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')).trim() || 'unknown';

/** Waits until nobody changes the packages of this machine, and says for whom; true if it had to wait. */
export const untilPackagesRest = async (
  progress: Progress,
  files: readonly string[] = LOCKS,
): Promise<boolean> => {
  const begun = performance.now();
  let toldAt: number | undefined;
  for (;;) {
    refuseWhenAborted();
    const holder = await packageOperation(files);
    const now = performance.now();
    if (holder === undefined) {
      if (toldAt !== undefined) progress(`  ✓ dpkg is free again (${((now - begun) / 1_000).toFixed(1)} s)`);
      return toldAt !== undefined;
    }
    if (toldAt === undefined || now - toldAt > TELL_EVERY_MS) {
      toldAt = now;
      const seconds = ((now - begun) / 1_000).toFixed(0);
      progress(
        `  … waiting for another package operation (${await nameOf(holder)}, process ${holder}), which holds dpkg's lock (${seconds} s so far)`,
      );
    }
    await delay(LOOK_EVERY_MS);
  }
};
