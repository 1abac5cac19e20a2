/** Installs the packages of the lock file when they are missing; runs on the machine's own Node, without packages. */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  accessSync,
  existsSync,
  constants as fs,
  mkdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import { constants, homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));
const MODULES = join(ROOT, 'node_modules');
const STAMP = join(MODULES, '.japanesestudent-lock');
const LOCAL = join(ROOT, '.local');
const INSTALL_LOCK = join(LOCAL, 'install.lock');
const PINNED_NODE = join(MODULES, '.bin', 'node');
const NEEDED_NODE = 24;
/** What `npm ci` unpacks, and as much as npm keeps of it in its cache. */
const INSTALL_BYTES = 1_100_000_000;
const STOP_MS = 1_000;
export const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** @type {(line: string) => never} */
export const fail = (line) => {
  console.error(line);
  process.exit(1);
};

const isWritable = (directory) => {
  try {
    accessSync(directory, fs.W_OK);
    return true;
  } catch {
    return false;
  }
};

/** npm keeps its cache in the home directory, which may be read-only or missing. */
const npmCache = () => {
  if (process.env.npm_config_cache && isWritable(process.env.npm_config_cache)) return [];
  const usual = join(homedir(), '.npm');
  return isWritable(existsSync(usual) ? usual : homedir()) && !process.env.npm_config_cache
    ? []
    : [`--cache=${join(LOCAL, 'npm')}`];
};

// npm itself has to run on the machine's Node: `npm ci` deletes the pinned one that `npm run` puts first on PATH.
const machineEnvironment = () => {
  const path = (process.env.PATH ?? '').split(delimiter).filter((entry) => !entry.startsWith(MODULES));
  return { ...process.env, PATH: path.join(delimiter) };
};

const lockHash = () =>
  createHash('sha256')
    .update(readFileSync(join(ROOT, 'package-lock.json')))
    .digest('hex');

const readJson = (file) => {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
};

// Every package of the lock is there in the version of the lock, whoever ran npm and with whatever settings.
const matchesLock = () => {
  const wanted = readJson(join(ROOT, 'package-lock.json'))?.packages;
  const installed = readJson(join(MODULES, '.package-lock.json'))?.packages;
  if (!wanted || !installed) return false;
  return Object.entries(wanted).every(
    ([path, entry]) =>
      path === '' ||
      entry.optional ||
      entry.devOptional ||
      entry.link ||
      installed[path]?.version === entry.version,
  );
};

const hasPinnedNode = () => {
  if (!existsSync(PINNED_NODE)) return false;
  const { stdout } = spawnSync(PINNED_NODE, ['--version'], { encoding: 'utf8' });
  return Number(/^v(\d+)\./.exec(stdout ?? '')?.[1]) >= NEEDED_NODE;
};

/** Whether everything is installed. A stamp alone proves nothing: packages may have been left out or removed since. */
export const isInstalled = () => {
  if (!existsSync(join(ROOT, 'package-lock.json')))
    return fail('package-lock.json is missing: restore it from git.');
  if (!matchesLock()) return false;
  const hash = lockHash();
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === hash) return true;
  writeFileSync(STAMP, hash);
  return true;
};

const complaintOf = (output, ending) => {
  if (/\bENOSPC\b/.test(output)) return 'the disk is full';
  const errors = output.split('\n').filter((line) => /^npm (error|ERR!) /.test(line));
  const reason = errors.find(
    (line) => !/^npm (error|ERR!) (code|syscall|errno|path|command|\(node:)/.test(line),
  );
  return (reason ?? errors[0] ?? `npm ended with ${ending}`)
    .replace(/^npm (error|ERR!) /, '')
    .replace(/\.$/, '');
};

const signalGroup = (child, signal) => {
  try {
    process.kill(-child.pid, signal);
  } catch {
    // It has ended already.
  }
};

/** Runs npm and returns its complaint, or undefined when it succeeded; says every five seconds that it still works. */
const npm = (args, label) =>
  new Promise((resolve) => {
    const begun = Date.now();
    console.log(`  … ${label}`);
    const seconds = () => Math.round((Date.now() - begun) / 1000);
    const child = spawn('npm', [...args, ...npmCache(), '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd: ROOT,
      env: machineEnvironment(),
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own: whoever stops this process must not leave npm, or what npm started, working behind it.
      detached: true,
    });
    const heartbeat = setInterval(() => console.log(`  … ${label} (${seconds()} s so far)`), 5000);
    let stoppedBy;
    const stop = (signal) => {
      if (stoppedBy) return;
      stoppedBy = signal;
      clearInterval(heartbeat);
      console.log('Stopping …');
      signalGroup(child, 'SIGTERM');
      setTimeout(() => signalGroup(child, 'SIGKILL'), STOP_MS);
    };
    const listeners = SIGNALS.map((signal) => [signal, () => stop(signal)]);
    for (const [signal, listener] of listeners) process.on(signal, listener);
    const exitWhenStopped = () => {
      if (!stoppedBy) return;
      signalGroup(child, 'SIGKILL');
      console.log('Stopped.');
      process.exit(128 + constants.signals[stoppedBy]);
    };
    child.once('exit', exitWhenStopped);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    const finish = (complaint) => {
      clearInterval(heartbeat);
      for (const [signal, listener] of listeners) process.removeListener(signal, listener);
      if (complaint === undefined) console.log(`  ✓ ${label} (${seconds()} s)`);
      resolve(complaint);
    };
    child.once('error', (error) =>
      finish(error.code === 'ENOENT' ? 'npm is not installed' : `npm cannot be run: ${error.message}`),
    );
    child.once('close', (code, signal) =>
      finish(code === 0 ? undefined : complaintOf(output, signal ?? code)),
    );
  });

const isAlive = (pid) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
};

/** Two first starts at once must not both fill node_modules; the second waits and finds it filled. */
export const withInstallLock = async (work) => {
  mkdirSync(LOCAL, { recursive: true });
  for (let told = false; ; ) {
    try {
      writeFileSync(INSTALL_LOCK, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    await delay(300);
    const holder = existsSync(INSTALL_LOCK) ? Number(readFileSync(INSTALL_LOCK, 'utf8')) : 0;
    if (holder === 0 || !isAlive(holder)) rmSync(INSTALL_LOCK, { force: true });
    else if (!told) {
      told = true;
      console.log(`  waiting for another installation (process ${holder}) …`);
    }
  }
  const release = () => rmSync(INSTALL_LOCK, { force: true });
  process.once('exit', release);
  await work();
  process.removeListener('exit', release);
  release();
};

const megabytes = (bytes) => Math.ceil(bytes / 1_000_000);

const requireSpace = (bytes, what) => {
  const { bavail, bsize } = statfsSync(ROOT);
  const free = bavail * bsize;
  if (free >= bytes) return;
  fail(
    `Not enough space in ${ROOT}: ${what} need about ${megabytes(bytes)} MB, ${megabytes(free)} MB are free. Make room, then run the command again.`,
  );
};

/** Installs what the lock file names, also where npm is set up to leave development packages out. */
export const install = async () => {
  if (isInstalled()) return;
  requireSpace(INSTALL_BYTES, 'the dependencies');
  const complaint = await npm(
    ['ci', '--include=dev', '--include=optional', '--include=peer'],
    'installing dependencies (npm ci)',
  );
  if (complaint !== undefined) {
    fail(
      `The dependencies could not be installed: ${complaint}. If the network is at fault, run the command again.`,
    );
  }
  writeFileSync(STAMP, lockHash());
};

/** Node 24 to continue on: the pinned one, repaired if its download was skipped, else this one if it is new enough. */
export const nodeToContinueOn = async () => {
  if (hasPinnedNode()) return PINNED_NODE;
  if (Number(process.versions.node.split('.')[0]) >= NEEDED_NODE) return process.execPath;
  await npm(['rebuild', 'node', '--ignore-scripts=false'], 'fetching Node 24 (npm rebuild node)');
  if (hasPinnedNode()) return PINNED_NODE;
  return fail(
    `Node ${NEEDED_NODE} is missing and cannot be fetched: check the network or install Node ${NEEDED_NODE}, then run the command again.`,
  );
};
