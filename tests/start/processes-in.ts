import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Command lines of the processes that work below the folder. */
export const processesIn = (root: string): string[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        if (!readlinkSync(`/proc/${pid}/cwd`).startsWith(root)) return [];
        return [readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')];
      } catch {
        // It has ended, or is none of ours.
        return [];
      }
    });
