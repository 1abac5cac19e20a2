import { statfs } from 'node:fs/promises';
import { LocalFailure } from '../local-failure.ts';
import type { Progress } from '../progress.ts';

/** There is too little room for what was about to be written: nothing else is worth trying. */
export class SpaceFailure extends LocalFailure {}

const MEGABYTE = 1_000_000;
const LOOK_EVERY_MS = 5_000;
/** MariaDB's smallest steps of growth are megabytes; below that nothing works reliably. */
const LOW_BYTES = 50 * MEGABYTE;

/** Bytes that this user can still write below a directory that exists. */
export const freeBytes = async (directory: string): Promise<number> => {
  const { bavail, bsize } = await statfs(directory);
  return bavail * bsize;
};

const megabytes = (bytes: number): string => `${Math.ceil(bytes / MEGABYTE)} MB`;

/**
 * Refuses before the disk is filled in vain.
 * @throws SpaceFailure in one line when less than `bytes` is free
 */
export const requireSpace = async (directory: string, bytes: number, what: string): Promise<void> => {
  const free = await freeBytes(directory);
  if (free >= bytes) return;
  throw new SpaceFailure(
    `Not enough space in ${directory}: ${what} needs about ${megabytes(bytes)}, ${megabytes(free)} are free. Make room, then run the command again`,
  );
};

const NO_SPACE = /ENOSPC|no space left|disk (is )?full|error 28\b|errno: 28\b/i;

/** Whether an error, or what caused it, comes from a full disk. */
export const isDiskFull = (error: unknown): boolean => {
  for (let each: unknown = error; each instanceof Error; each = each.cause) {
    if (NO_SPACE.test(`${(each as NodeJS.ErrnoException).code} ${each.message}`)) return true;
  }
  return false;
};

/** Says once when a disk is almost full, and once when there is room again; returns what ends the watch. */
export const watchSpace = (directory: string, say: Progress): (() => void) => {
  let low = false;
  const look = async (): Promise<void> => {
    const free = await freeBytes(directory).catch(() => undefined);
    if (free === undefined || free < LOW_BYTES === low) return;
    low = free < LOW_BYTES;
    say(
      low
        ? `The disk is almost full: ${megabytes(free)} are free in ${directory}. Make room, or writing fails`
        : `The disk has room again: ${megabytes(free)} are free`,
    );
  };
  const timer = setInterval(() => void look(), LOOK_EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
};
