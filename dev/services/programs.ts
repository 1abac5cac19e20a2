import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

// Debian and Homebrew keep servers in places that an ordinary user's PATH leaves out.
const SERVER_DIRECTORIES = ['/usr/local/sbin', '/usr/sbin', '/usr/local/bin', '/opt/homebrew/bin'];

const isExecutable = (file: string): Promise<boolean> =>
  access(file, constants.X_OK).then(
    () => true,
    () => false,
  );

const searchPath = (): string[] =>
  (process.env['PATH'] ?? '').split(delimiter).filter((directory) => directory.startsWith('/'));

const findIn = async (
  directories: readonly string[],
  names: readonly string[],
): Promise<string | undefined> => {
  for (const name of names) {
    for (const directory of directories) {
      const file = join(directory, name);
      if (await isExecutable(file)) return file;
    }
  }
  return undefined;
};

/** Absolute path of the first of the named programs on PATH. */
export const findProgram = (...names: readonly string[]): Promise<string | undefined> =>
  findIn(searchPath(), names);

/** The same for a server program, looked for in the usual directories of servers as well. */
export const findServer = (...names: readonly string[]): Promise<string | undefined> =>
  findIn([...searchPath(), ...SERVER_DIRECTORIES], names);

/** Whether a dotted version is at least the given major and minor number. */
export const isAtLeast = (version: string, major: number, minor: number): boolean => {
  const [actualMajor = 0, actualMinor = 0] = version.split('.').map(Number);
  return actualMajor > major || (actualMajor === major && actualMinor >= minor);
};
