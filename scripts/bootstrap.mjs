/**
 * Entry of every npm script: runs on the machine's own Node 20 without dependencies, installs them when needed, and
 * continues as `scripts/<name>.ts` on the pinned Node 24.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const MODULES = join(ROOT, 'node_modules');
const STAMP = join(MODULES, '.japanesestudent-lock');
const INSTALL_LOCK = join(ROOT, '.local', 'install.lock');
const PINNED_NODE = join(MODULES, '.bin', 'node');
const OLDEST_NODE = 20;
const NEEDED_NODE = 24;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** @type {(line: string) => never} */
const fail = (line) => {
  console.error(line);
  process.exit(1);
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

// True when somebody ran npm by hand: every package of the lock is installed in the version of the lock.
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

const isInstalled = () => {
  if (!existsSync(join(ROOT, 'package-lock.json')))
    return fail('package-lock.json is missing: restore it from git.');
  const hash = lockHash();
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === hash) return true;
  if (!matchesLock()) return false;
  writeFileSync(STAMP, hash);
  return true;
};

/** Runs npm and returns its complaint, or undefined when it succeeded; says every five seconds that it still works. */
const npm = (args, label) =>
  new Promise((resolve) => {
    const begun = Date.now();
    console.log(`  … ${label}`);
    const seconds = () => Math.round((Date.now() - begun) / 1000);
    const child = spawn('npm', [...args, '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd: ROOT,
      env: machineEnvironment(),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    // Whoever stops this process must not leave npm working behind it.
    const stop = (signal) => {
      child.kill('SIGTERM');
      process.exit(128 + constants.signals[signal]);
    };
    for (const signal of SIGNALS) process.once(signal, stop);
    const heartbeat = setInterval(() => console.log(`  … ${label} (${seconds()} s so far)`), 5000);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    const finish = (complaint) => {
      clearInterval(heartbeat);
      for (const signal of SIGNALS) process.removeListener(signal, stop);
      if (complaint === undefined) console.log(`  ✓ ${label} (${seconds()} s)`);
      resolve(complaint);
    };
    child.once('error', (error) =>
      finish(error.code === 'ENOENT' ? 'npm is not installed' : `npm cannot be run: ${error.message}`),
    );
    child.once('close', (code, signal) => {
      if (code === 0) return finish(undefined);
      const errors = output.split('\n').filter((line) => /^npm (error|ERR!) /.test(line));
      const reason = errors.find(
        (line) => !/^npm (error|ERR!) (code|syscall|errno|path|command|\(node:)/.test(line),
      );
      finish(
        (reason ?? errors[0] ?? `npm ended with ${signal ?? code}`)
          .replace(/^npm (error|ERR!) /, '')
          .replace(/\.$/, ''),
      );
    });
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
const withInstallLock = async (work) => {
  mkdirSync(join(ROOT, '.local'), { recursive: true });
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

const install = async () => {
  if (isInstalled()) return;
  const complaint = await npm(['ci'], 'installing dependencies (npm ci)');
  if (complaint !== undefined) {
    fail(
      `The dependencies could not be installed: ${complaint}. If the network is at fault, run the command again.`,
    );
  }
  writeFileSync(STAMP, lockHash());
};

const hasPinnedNode = () => {
  if (!existsSync(PINNED_NODE)) return false;
  const { stdout } = spawnSync(PINNED_NODE, ['--version'], { encoding: 'utf8' });
  return Number(/^v(\d+)\./.exec(stdout ?? '')?.[1]) >= NEEDED_NODE;
};

/** Node 24 to continue on: the pinned one, repaired if its download was skipped, else this one if it is new enough. */
const nodeToContinueOn = async () => {
  if (hasPinnedNode()) return PINNED_NODE;
  if (Number(process.versions.node.split('.')[0]) >= NEEDED_NODE) return process.execPath;
  await npm(['rebuild', 'node', '--ignore-scripts=false'], 'fetching Node 24 (npm rebuild node)');
  if (hasPinnedNode()) return PINNED_NODE;
  return fail(
    `Node ${NEEDED_NODE} is missing and cannot be fetched: check the network or install Node ${NEEDED_NODE}, then run the command again.`,
  );
};

/** Runs the script with this terminal and passes signals on; the script also notices when this process is killed. */
const continueOn = (node, script, args) => {
  const child = spawn(node, [script, ...args], {
    cwd: ROOT,
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  for (const signal of SIGNALS) process.on(signal, () => child.kill(signal));
  // A shell between npm and this process may die of the signal that npm sent without passing it on.
  const parent = process.ppid;
  if (process.env.npm_lifecycle_event) {
    setInterval(() => process.ppid !== parent && child.kill('SIGTERM'), 500).unref();
  }
  child.once('error', (error) => fail(`${node} cannot be run: ${error.message}`));
  child.once('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
};

const [name = '', ...args] = process.argv.slice(2);
const script = join(ROOT, 'scripts', `${name}.ts`);
if (Number(process.versions.node.split('.')[0]) < OLDEST_NODE) {
  fail(`Node ${OLDEST_NODE} or newer is needed; this is Node ${process.versions.node}.`);
}
if (!/^[a-z-]+$/.test(name) || !existsSync(script)) fail(`There is no script called "${name}".`);
if (!isInstalled()) await withInstallLock(install);
continueOn(await nodeToContinueOn(), script, args);
