import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { LocalFailure } from '../local-failure.ts';
import { withLock } from '../lock.ts';
import { type Progress, step } from '../progress.ts';
import { parsePrintedUris, wantedPackages } from './apt-output.ts';
import { type CommandResult, runCommand } from './processes.ts';
import { findProgram } from './programs.ts';

const INDEX_LIFETIME_MS = 3_600_000;
const NETWORK_TIMEOUT_MS = 1_200_000;

/** A directory into which packages were unpacked; the machine itself was not touched. */
export interface UnpackedPackages {
  readonly root: string;
  /** Colon-separated, to be given to programs of the packages as LD_LIBRARY_PATH. */
  readonly libraryPath: string;
}

/** Whether this machine has the tools of step 4: apt-get and dpkg-deb. */
export const hasDebianTools = async (): Promise<boolean> =>
  (await findProgram('apt-get')) !== undefined && (await findProgram('dpkg-deb')) !== undefined;

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

const apt = (
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

const aptFault = ({ output }: CommandResult): string => {
  const lines = output.split('\n');
  const fault = [/^[EW]: Failed to fetch/, /^E:/, /^W:/].flatMap(
    (kind) => lines.find((line) => kind.test(line)) ?? [],
  );
  return fault[0]?.replace(/^[EW]:\s*/, '').replace(/\s+/g, ' ') ?? 'apt-get gave no reason';
};

const refreshIndex = async (state: string, progress: Progress): Promise<void> => {
  const stamp = join(state, 'updated');
  const age = await stat(stamp).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => Number.POSITIVE_INFINITY,
  );
  if (age < INDEX_LIFETIME_MS) return;
  await mkdir(join(state, 'lists', 'partial'), { recursive: true });
  await mkdir(join(state, 'cache', 'archives', 'partial'), { recursive: true });
  await step(progress, 'package lists', async () => {
    const result = await apt(state, ['update'], state);
    // One unreachable third-party source must not matter, so only a complete failure ends here.
    if (!(await readdir(join(state, 'lists'))).some((name) => /_Packages(\.|$)/.test(name))) {
      throw new LocalFailure(`apt cannot fetch the package lists: ${aptFault(result)}`);
    }
  });
  await writeFile(stamp, '');
};

const download = async (
  state: string,
  names: readonly string[],
  directory: string,
  progress: Progress,
): Promise<string[]> => {
  const plan = await apt(
    state,
    ['install', '--reinstall', '--print-uris', '--no-install-recommends', '-qq', '-y', ...names],
    state,
  );
  if (plan.code !== 0) throw new LocalFailure(`apt does not offer ${names.join(', ')}: ${aptFault(plan)}`);
  const packages = wantedPackages(parsePrintedUris(plan.output), names);
  const megabytes = (packages.reduce((sum, { bytes }) => sum + bytes, 0) / 1_000_000).toFixed(0);
  await mkdir(directory, { recursive: true });
  return step(progress, `${packages.length} packages of ${names[0]}, ${megabytes} MB`, async () => {
    const wanted = packages.map(({ name, version }) => `${name}=${version}`);
    const result = await apt(state, ['download', '-q', ...wanted], directory);
    const files = (await readdir(directory)).filter((file) => file.endsWith('.deb'));
    if (result.code !== 0 || files.length < packages.length) {
      throw new LocalFailure(`apt cannot download ${names.join(', ')}: ${aptFault(result)}`);
    }
    return files.map((file) => join(directory, file));
  });
};

const unpack = async (files: readonly string[], root: string): Promise<void> => {
  await mkdir(root, { recursive: true });
  for (const file of files) {
    const result = await runCommand('dpkg-deb', ['-x', file, root]);
    if (result.code !== 0) {
      throw new LocalFailure(`${basename(file)} cannot be unpacked: ${result.output.split('\n')[0] ?? ''}`);
    }
  }
};

const libraryDirectories = async (root: string): Promise<string[]> => {
  const found: string[] = [];
  const visit = async (relative: string, depth: number): Promise<void> => {
    const entries = await readdir(join(root, relative), { withFileTypes: true }).catch(() => []);
    if (entries.some(({ name }) => /^lib.*\.so(\.|$)/.test(name))) found.push(relative);
    if (depth === 0) return;
    for (const entry of entries) if (entry.isDirectory()) await visit(join(relative, entry.name), depth - 1);
  };
  for (const start of ['lib', 'usr/lib']) await visit(start, 2);
  return found;
};

const opened = async (root: string): Promise<UnpackedPackages | undefined> => {
  const stamp = await readFile(join(root, '.complete'), 'utf8').catch(() => undefined);
  if (stamp === undefined) return undefined;
  const directories = stamp.split('\n').filter((line) => line !== '');
  return { root, libraryPath: directories.map((relative) => join(root, relative)).join(':') };
};

/**
 * Fetches Debian packages, and what they need and the machine lacks, and unpacks them into `root` without installing.
 * A second call with the same root uses what is there; calls of several processes wait for each other.
 * @throws LocalFailure when apt cannot reach its servers or does not know a package
 */
export const unpackDebianPackages = async (
  names: readonly string[],
  root: string,
  progress: Progress,
): Promise<UnpackedPackages> => {
  const present = await opened(root);
  if (present) return present;
  const shelf = dirname(root);
  return withLock(join(shelf, 'apt.lock'), async () => {
    const state = join(shelf, 'apt');
    const partial = `${root}.partial`;
    const archives = `${root}.archives`;
    const done = await opened(root);
    if (done) return done;
    try {
      for (const leftover of [partial, archives, root]) await rm(leftover, { recursive: true, force: true });
      await refreshIndex(state, progress);
      await unpack(await download(state, names, archives, progress), partial);
      await writeFile(join(partial, '.complete'), (await libraryDirectories(partial)).join('\n'));
      await rename(partial, root);
    } finally {
      await rm(archives, { recursive: true, force: true });
      await rm(partial, { recursive: true, force: true });
    }
    const result = await opened(root);
    if (!result) throw new LocalFailure(`${root} was removed while it was being filled`);
    return result;
  });
};
