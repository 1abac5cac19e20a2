import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

// Debian and Homebrew keep servers in places that an ordinary user's PATH leaves out.
const SERVER_DIRECTORIES = [
  '/usr/local/sbin',
  '/usr/sbin',
  '/usr/libexec',
  '/usr/local/bin',
  '/opt/homebrew/bin',
];

const isExecutable = (file: string): Promise<boolean> =>
  access(file, constants.X_OK).then(
    () => true,
    () => false,
  );

/** Absolute path of the first of the named programs on PATH or in the usual directories of servers. */
export const findProgram = async (...names: readonly string[]): Promise<string | undefined> => {
  const path = (process.env['PATH'] ?? '').split(delimiter).filter((directory) => directory.startsWith('/'));
  for (const name of names) {
    for (const directory of [...path, ...SERVER_DIRECTORIES]) {
      const file = join(directory, name);
      if (await isExecutable(file)) return file;
    }
  }
  return undefined;
};

/** Whether a dotted version is at least the given major and minor number. */
export const isAtLeast = (version: string, major: number, minor: number): boolean => {
  const [actualMajor = 0, actualMinor = 0] = version.split('.').map(Number);
  return actualMajor > major || (actualMajor === major && actualMinor >= minor);
};
