import { mkdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join, relative } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { firstLine, LocalFailure } from '../local-failure.ts';
import { requireSpace } from './disk-space.ts';
import type { MariadbProgram } from './mariadb-program.ts';
import { untilAnswers } from './patience.ts';
import { freePort } from './ports.ts';
import { type BackgroundProcess, runCommand, startBackground, stopOrphan } from './processes.ts';

const ATTEMPTS = 3;
/** Logs, undo and system tables of an empty instance, and room to begin with. */
const DATA_BYTES = 250_000_000;

/** Where a database answers, and who may use it. */
export interface DatabaseAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly name: string;
}

/** What a private instance needs besides its program. */
export interface MariadbInstance {
  /** Its data go to `<directory>/mariadb`, its log and pid file beside. */
  readonly directory: string;
  readonly throwAway: boolean;
  readonly account: Pick<DatabaseAddress, 'user' | 'password' | 'name'>;
  readonly preferredPort: number | undefined;
  /** The port it must have, because it had it before. */
  readonly fixedPort?: number;
}

/** A running private instance. */
export interface RunningMariadb {
  readonly process: BackgroundProcess;
  readonly address: DatabaseAddress;
}

const quoted = (text: string): string => `'${text.replace(/[\\']/g, '\\$&')}'`;

/** Statements for `--init-file`: idempotent, one a line, run by the server before it accepts connections. */
export const accountStatements = ({ account, throwAway }: MariadbInstance): string => {
  const user = `${quoted(account.user)}@'%'`;
  return [
    "DROP USER IF EXISTS ''@'localhost'",
    `CREATE DATABASE IF NOT EXISTS \`${account.name}\` CHARACTER SET utf8mb4`,
    `CREATE USER IF NOT EXISTS ${user}`,
    `ALTER USER ${user} IDENTIFIED BY ${quoted(account.password)}`,
    throwAway
      ? `GRANT ALL PRIVILEGES ON *.* TO ${user} WITH GRANT OPTION`
      : `GRANT ALL PRIVILEGES ON \`${account.name.replaceAll('_', '\\_')}\`.* TO ${user}`,
  ]
    .map((statement) => `${statement};\n`)
    .join('');
};

// MariaDB refuses to run as root unless told to.
const userArgs = (): string[] => (process.getuid?.() === 0 ? ['--user=root'] : []);

const locationFrom = ({ base }: MariadbProgram, directory: string): string[] =>
  base === undefined ? [] : [`--basedir=${relative(directory, base)}`];

/** The base under a name without blanks, seen from beside it: wherever data and programs are. */
const plainLocation = async ({ base }: MariadbProgram, directory: string): Promise<string[]> => {
  if (base === undefined) return [];
  const link = join(directory, 'mariadb-base');
  await rm(link, { force: true });
  await symlink(base, link);
  return ['--basedir=../mariadb-base'];
};

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/** Creates the system tables; an interrupted attempt leaves nothing that looks complete. */
const initialise = async (program: MariadbProgram, directory: string, data: string): Promise<void> => {
  if (await exists(join(data, 'mysql'))) return;
  await requireSpace(directory, DATA_BYTES, "MariaDB's data");
  const partial = `${data}.partial`;
  for (const leftover of [partial, data]) await rm(leftover, { recursive: true, force: true });
  await mkdir(partial, { recursive: true });
  const result = await runCommand(
    program.installer,
    [
      '--no-defaults',
      // The installer is a shell script that splits its arguments at blanks, and the server goes to its data before
      // it looks for its other files: paths from there are right for both.
      ...(await plainLocation(program, directory)),
      ...userArgs(),
      '--datadir=.',
      '--auth-root-authentication-method=socket',
      `--auth-root-socket-user=${userInfo().username}`,
      '--skip-test-db',
      '--skip-name-resolve',
    ],
    { environment: program.environment, directory: partial },
  );
  await writeFile(join(directory, 'mariadb-install.log'), result.output);
  if (result.code !== 0) {
    throw new LocalFailure(`MariaDB cannot create its data in ${data}: see ${directory}/mariadb-install.log`);
  }
  await rename(partial, data);
};

const THROW_AWAY_ARGS = [
  '--innodb-flush-log-at-trx-commit=0',
  '--innodb-doublewrite=0',
  '--innodb-log-file-size=32M',
  '--sync-frm=0',
  // Nothing of it has to outlive a power cut, and making a table waits for the disk several times.
  '--loose-innodb-flush-method=nosync',
  '--innodb-stats-persistent=0',
];

const serverArgs = (program: MariadbProgram, instance: MariadbInstance, port: number): string[] => [
  '--no-defaults',
  ...locationFrom(program, join(instance.directory, 'mariadb')),
  ...userArgs(),
  `--datadir=${join(instance.directory, 'mariadb')}`,
  // Relative to the data directory: a socket's path must not exceed 107 bytes.
  '--socket=server.sock',
  `--port=${port}`,
  '--bind-address=127.0.0.1',
  '--skip-name-resolve',
  '--character-set-server=utf8mb4',
  '--collation-server=utf8mb4_unicode_ci',
  '--innodb-buffer-pool-size=128M',
  '--max-connections=200',
  `--init-file=${join(instance.directory, 'mariadb-accounts.sql')}`,
  ...(instance.throwAway ? THROW_AWAY_ARGS : []),
];

const tryDatabase = async (address: DatabaseAddress): Promise<void> => {
  const { host, port, user, password, name } = address;
  const connection = await createConnection({
    host,
    port,
    user,
    password,
    database: name,
    connectTimeout: 5_000,
  });
  await connection.query('select 1').finally(() => connection.end());
};

const lastError = async (log: string): Promise<string | undefined> =>
  (await readFile(log, 'utf8').catch(() => ''))
    .split('\n')
    .findLast((line) => line.includes('[ERROR]') && !/Aborting$/.test(line))
    ?.replace(/^.*\[ERROR\]\s*/, '');

const attempt = async (
  program: MariadbProgram,
  instance: MariadbInstance,
  port: number,
): Promise<RunningMariadb> => {
  const { directory, account } = instance;
  const logFile = join(directory, 'mariadb.log');
  const address = { host: '127.0.0.1', port, ...account };
  const process = await startBackground({
    command: program.server,
    args: serverArgs(program, instance, port),
    environment: program.environment,
    directory: join(directory, 'mariadb'),
    logFile,
    pidFile: join(directory, 'mariadb.pid'),
  });
  try {
    await untilAnswers({
      ...process,
      logFile,
      ask: () => tryDatabase(address),
      isRefusal: (error) => /^ER_/.test(String((error as { code?: unknown }).code)),
      pauseMs: 30,
    });
    return { process, address };
  } catch (error) {
    await process.stop();
    const reason = (await lastError(logFile)) ?? firstLine(error);
    throw new LocalFailure(`MariaDB did not start: ${reason} (log: ${logFile})`, { cause: error });
  }
};

/**
 * With a folder for temporary tables that no other server has: a server that starts deletes what it finds in its
 * own, so two that share /tmp break each other's queries.
 */
const withOwnTemporaries = async (program: MariadbProgram, directory: string): Promise<MariadbProgram> => {
  const temporaries = join(directory, 'mariadb-tmp');
  await mkdir(temporaries, { recursive: true });
  return { ...program, environment: { ...program.environment, TMPDIR: temporaries } };
};

/** Starts a private instance on a free port of the loopback interface, creating its data first if there are none. */
export const startMariadb = async (
  given: MariadbProgram,
  instance: MariadbInstance,
): Promise<RunningMariadb> => {
  const { directory, preferredPort, fixedPort } = instance;
  const data = join(directory, 'mariadb');
  await stopOrphan(join(directory, 'mariadb.pid'), data);
  const program = await withOwnTemporaries(given, directory);
  await initialise(program, directory, data);
  await writeFile(join(directory, 'mariadb-accounts.sql'), accountStatements(instance), { mode: 0o600 });
  for (let count = 1; ; count += 1) {
    const port = fixedPort ?? (await freePort(count === 1 ? preferredPort : undefined));
    try {
      return await attempt(program, instance, port);
    } catch (error) {
      // Somebody may take the port between the look and the start.
      if (fixedPort !== undefined || count === ATTEMPTS || !/already in use/i.test(firstLine(error)))
        throw error;
    }
  }
};
