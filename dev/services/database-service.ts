import { type Progress, step } from '../progress.ts';
import { startComposeService, stopComposeService } from './docker.ts';
import { keepRunning } from './keep-running.ts';
import { climb } from './ladder.ts';
import { type DatabaseAddress, startMariadb } from './mariadb.ts';
import { fetchMariadb, findMariadb, isSupportedMariadb } from './mariadb-program.ts';
import { checkNamedDatabase } from './named-database.ts';
import type { ServiceState } from './state.ts';
import type { Wishes } from './wishes.ts';

/** A service that runs, and how to stop it; a server that the environment named is left running. */
export interface Running<Address> {
  readonly address: Address;
  readonly stop: () => Promise<void>;
}

/** Where and for what private instances are wanted. */
export interface Setting {
  readonly directory: string;
  readonly throwAway: boolean;
  readonly shelf: string;
  readonly progress: Progress;
  readonly wishes: Wishes;
  readonly state: ServiceState;
}

const DEFAULT_USER = 'japanesestudent';

const named = async (
  host: string,
  { progress, wishes, throwAway }: Setting,
): Promise<Running<DatabaseAddress>> => {
  const address = {
    host,
    port: wishes.databasePort ?? 3306,
    user: wishes.databaseUser ?? DEFAULT_USER,
    password: wishes.databasePassword ?? '',
    name: wishes.databaseName,
  };
  await step(progress, `MariaDB at ${address.host}:${address.port}`, () =>
    checkNamedDatabase(address, throwAway),
  );
  return { address, stop: () => Promise.resolve() };
};

/** MariaDB by the first way that works; see the ladder in `ladder.ts`. */
export const startDatabaseService = async (setting: Setting): Promise<Running<DatabaseAddress>> => {
  const { directory, throwAway, shelf, progress, wishes, state } = setting;
  if (wishes.databaseHost !== undefined) return named(wishes.databaseHost, setting);
  const account = {
    user: wishes.databaseUser ?? DEFAULT_USER,
    password: wishes.databasePassword ?? state.databasePassword,
    name: wishes.databaseName,
  };
  return climb(
    {
      label: 'MariaDB',
      needed: '10.11',
      variable: 'DB_HOST',
      debianPackage: 'mariadb-server',
      find: findMariadb,
      isSupported: isSupportedMariadb,
      fetch: () => fetchMariadb(shelf, progress),
      startProgram: async (program) => {
        const preferredPort = wishes.databasePort ?? state.databasePort;
        const instance = { directory, throwAway, account, preferredPort };
        const { process, address } = await startMariadb(program, instance);
        // What tests hold on to is gone with a throw-away server.
        if (throwAway) return { address, stop: process.stop };
        const again = async () =>
          (await startMariadb(program, { ...instance, fixedPort: address.port })).process;
        return { address, stop: keepRunning('MariaDB', process, again, progress).stop };
      },
      startContainer: async () => {
        // Only the image's root may create further databases.
        const user = throwAway ? 'root' : account.user;
        const port = await startComposeService(directory, {
          name: 'mariadb',
          innerPort: 3306,
          variables: {
            LOCAL_DB_NAME: account.name,
            LOCAL_DB_USER: account.user,
            LOCAL_DB_PASSWORD: account.password,
          },
        });
        return {
          address: { ...account, user, host: '127.0.0.1', port },
          stop: () => stopComposeService(directory, 'mariadb', throwAway),
        };
      },
    },
    progress,
  );
};
