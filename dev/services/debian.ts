import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { LocalFailure } from '../local-failure.ts';
import { withLock } from '../lock.ts';
import { type Progress, step } from '../progress.ts';
import { apt, aptFault } from './apt.ts';
import { parsePrintedUris, wantedPackages } from './apt-output.ts';
import { requireSpace } from './disk-space.ts';
import { untilPackagesRest } from './dpkg-lock.ts';
import { type CommandResult, runCommand } from './processes.ts';
import { findProgram } from './programs.ts';

const INDEX_LIFETIME_MS = 3_600_000;
/** Unpacked and with its archive beside it, a package takes about this many times the size of its download. */
const UNPACKED_TIMES = 7;
const INDEX_BYTES = 150_000_000;

/** A directory into which packages were unpacked; the machine itself was not touched. */
export interface UnpackedPackages {
  readonly root: string;
  /** Colon-separated, to be given to programs of the packages as LD_LIBRARY_PATH. */
  readonly libraryPath: string;
}

/** Whether this machine has the tools of step 4: apt-get and dpkg-deb. */
export const hasDebianTools = async (): Promise<boolean> =>
  (await findProgram('apt-get')) !== undefined && (await findProgram('dpkg-deb')) !== undefined;

const refreshIndex = async (state: string, progress: Progress): Promise<void> => {
  const stamp = join(state, 'updated');
  const age = await stat(stamp).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => Number.POSITIVE_INFINITY,
  );
  if (age < INDEX_LIFETIME_MS) return;
  await mkdir(state, { recursive: true });
  await requireSpace(state, INDEX_BYTES, 'the list of packages');
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

/** What apt would fetch; it looks at the packages of this machine, which another operation may be changing. */
const planned = async (
  state: string,
  names: readonly string[],
  progress: Progress,
): Promise<CommandResult> => {
  for (;;) {
    await untilPackagesRest(progress);
    const plan = await apt(
      state,
      ['install', '--reinstall', '--print-uris', '--no-install-recommends', '-qq', '-y', ...names],
      state,
    );
    // The operation may have begun after the look; then the plan is made of what it was in the middle of.
    if (plan.code === 0 || !(await untilPackagesRest(progress))) return plan;
  }
};

const download = async (
  state: string,
  names: readonly string[],
  directory: string,
  progress: Progress,
): Promise<string[]> => {
  const plan = await planned(state, names, progress);
  if (plan.code !== 0) throw new LocalFailure(`apt does not offer ${names.join(', ')}: ${aptFault(plan)}`);
  const packages = wantedPackages(parsePrintedUris(plan.output), names);
  const bytes = packages.reduce((sum, each) => sum + each.bytes, 0);
  const megabytes = (bytes / 1_000_000).toFixed(0);
  await requireSpace(state, bytes * UNPACKED_TIMES, `Debian's ${names[0]}`);
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
