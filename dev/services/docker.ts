import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { firstLine, LocalFailure } from '../local-failure.ts';
import { withLock } from '../lock.ts';
import { REPOSITORY } from '../paths.ts';
import { runCommand } from './processes.ts';
import { findProgram } from './programs.ts';

const ANSWER_TIMEOUT_MS = 5_000;
const PULL_TIMEOUT_MS = 900_000;

/** A service of docker-compose.yml and the port it has inside its container. */
export interface ComposeService {
  readonly name: 'mariadb' | 'redis';
  readonly innerPort: number;
  /** Values of the variables in docker-compose.yml. */
  readonly variables: Readonly<Record<string, string>>;
}

/** Whether a Docker engine answers and has Compose; the mere presence of the `docker` program says nothing. */
export const hasDockerCompose = async (): Promise<boolean> => {
  if ((await findProgram('docker')) === undefined) return false;
  for (const args of [['info'], ['compose', 'version']]) {
    const result = await runCommand('docker', args, { timeoutMs: ANSWER_TIMEOUT_MS });
    if (result.code !== 0) return false;
  }
  return true;
};

/** Compose project of a data directory: two checkouts, and every throw-away instance, have containers of their own. */
const composeProject = (directory: string): string =>
  `japanesestudent-${createHash('sha256').update(directory).digest('hex').slice(0, 10)}`;

const compose = async (
  directory: string,
  args: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Promise<string> => {
  const { code, output } = await runCommand('docker', ['compose', '-p', composeProject(directory), ...args], {
    directory: REPOSITORY,
    environment: { ...process.env, ...variables },
    timeoutMs: PULL_TIMEOUT_MS,
    alsoWhenAborted: args[0] !== 'up',
  });
  if (code !== 0) throw new LocalFailure(`docker compose ${args[0]} failed: ${firstLine(output)}`);
  return output;
};

/** Starts a service and returns the loopback port it is published on. */
export const startComposeService = async (
  directory: string,
  { name, innerPort, variables }: ComposeService,
): Promise<number> => {
  // Two at once would both create the project's network.
  await withLock(join(directory, 'compose.lock'), () =>
    compose(directory, ['up', '-d', '--wait', name], variables),
  );
  const published = await compose(directory, ['port', name, String(innerPort)], variables);
  const port = Number(/:(\d+)\s*$/.exec(published)?.[1]);
  if (!Number.isInteger(port)) throw new LocalFailure(`docker compose does not publish a port of ${name}`);
  return port;
};

/** Stops a service; a throw-away one goes with its whole project, for whoever stops one stops all. */
export const stopComposeService = async (
  directory: string,
  name: ComposeService['name'],
  throwAway: boolean,
): Promise<void> => {
  if (throwAway) await removeCompose(directory);
  else await compose(directory, ['stop', name]);
};

/** Removes all containers and volumes of a data directory. */
export const removeCompose = async (directory: string): Promise<void> => {
  await withLock(join(directory, 'compose.lock'), () =>
    compose(directory, ['down', '-v', '--remove-orphans']),
  );
};
