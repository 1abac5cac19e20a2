import { join } from 'node:path';
import { LocalFailure } from '../local-failure.ts';
import type { Progress } from '../progress.ts';
import { unpackDebianPackages } from './debian.ts';
import { runCommand } from './processes.ts';
import { findServer, isAtLeast } from './programs.ts';

/** MariaDB's programs as found on the machine or unpacked. */
export interface MariadbProgram {
  readonly server: string;
  readonly installer: string;
  readonly version: string;
  /** Where both programs find their own files, unless they know. */
  readonly base: string | undefined;
  readonly environment: NodeJS.ProcessEnv;
}

/** The version in the answer to `mariadbd --version`; undefined for MySQL and anything else. */
export const parseMariadbVersion = (output: string): string | undefined =>
  /(\d+\.\d+\.\d+)-MariaDB/.exec(output)?.[1];

const described = async (
  server: string,
  installer: string,
  base: string | undefined,
  environment: NodeJS.ProcessEnv,
): Promise<MariadbProgram | undefined> => {
  const { output } = await runCommand(server, ['--no-defaults', '--version'], { environment });
  const version = parseMariadbVersion(output);
  return version === undefined ? undefined : { server, installer, version, base, environment };
};

/** MariaDB on this machine, of any version. */
export const findMariadb = async (): Promise<MariadbProgram | undefined> => {
  const server = await findServer('mariadbd', 'mysqld');
  const installer = await findServer('mariadb-install-db', 'mysql_install_db');
  return server && installer ? described(server, installer, undefined, process.env) : undefined;
};

/** Whether MariaDB's version is one the product supports (10.11 or newer). */
export const isSupportedMariadb = ({ version }: MariadbProgram): boolean => isAtLeast(version, 10, 11);

/** MariaDB from Debian's packages, unpacked below `shelf`. */
export const fetchMariadb = async (shelf: string, progress: Progress): Promise<MariadbProgram> => {
  const { root, libraryPath } = await unpackDebianPackages(
    ['mariadb-server-core', 'mariadb-client-core'],
    join(shelf, 'mariadb'),
    progress,
  );
  const program = await described(
    join(root, 'usr/sbin/mariadbd'),
    join(root, 'usr/bin/mariadb-install-db'),
    join(root, 'usr'),
    { ...process.env, LD_LIBRARY_PATH: libraryPath },
  );
  if (!program) throw new LocalFailure(`The MariaDB unpacked in ${root} does not run`);
  if (!isSupportedMariadb(program)) {
    throw new LocalFailure(`This distribution offers MariaDB ${program.version}, 10.11 or newer is needed`);
  }
  return program;
};
