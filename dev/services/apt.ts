import { join } from 'node:path';
import type { Progress } from '../progress.ts';
import { type CommandResult, runCommand } from './processes.ts';

const NETWORK_TIMEOUT_MS = 1_200_000;

// Lists and cache of our own: works without root, and without an earlier `apt-get update` of the machine.
const aptOptions = (state: string): string[] =>
  Object.entries({
    'Dir::State::lists': join(state, 'lists'),
    'Dir::Cache': join(state, 'cache'),
    'Dir::State::status': '/var/lib/dpkg/status',
    'APT::Sandbox::User': 'root',
    'Acquire::Retries': '2',
    'Acquire::http::Timeout': '20',
    'Acquire::https::Timeout': '20',
    'Acquire::Languages': 'none',
    'Acquire::IndexTargets::deb::DEP-11::DefaultEnabled': 'false',
  }).flatMap(([name, value]) => ['-o', `${name}=${value}`]);

/** Runs apt-get with lists and cache below `state`. */
export const apt = (
  state: string,
  args: readonly string[],
  directory: string,
  onLine?: Progress,
): Promise<CommandResult> =>
  runCommand('apt-get', [...aptOptions(state), ...args], {
    environment: { ...process.env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' },
    directory,
    timeoutMs: NETWORK_TIMEOUT_MS,
    ...(onLine ? { onLine } : {}),
  });

/** The reason in apt's output. */
export const aptFault = ({ output }: CommandResult): string => {
  const lines = output.split('\n');
  const fault = [/^[EW]: Failed to fetch/, /^E:/, /^W:/].flatMap(
    (kind) => lines.find((line) => kind.test(line)) ?? [],
  );
  return fault[0]?.replace(/^[EW]:\s*/, '').replace(/\s+/g, ' ') ?? 'apt-get gave no reason';
};
