/**
 * Entry of every npm script: runs on the machine's own Node 20 without dependencies, installs them when needed, and
 * continues as `scripts/<name>.ts` on the pinned Node 24.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, join } from 'node:path';
import { fail, install, isInstalled, nodeToContinueOn, ROOT, SIGNALS, withInstallLock } from './install.mjs';

const OLDEST_NODE = 20;

/** Runs the script with this terminal and passes signals on; the script also notices when this process is killed. */
const continueOn = (node, script, args) => {
  // Tools read NODE_ENV, and leave out what they hold to be superfluous in production; the product reads APP_ENV.
  const { NODE_ENV: _, ...environment } = process.env;
  const child = spawn(node, [script, ...args], {
    cwd: ROOT,
    env: environment,
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
if (ROOT.includes(delimiter)) {
  fail(
    `This folder's path contains "${delimiter}", which separates paths for npm and the loader: move it elsewhere.`,
  );
}
if (!/^[a-z-]+$/.test(name) || !existsSync(script)) fail(`There is no script called "${name}".`);
if (!isInstalled()) await withInstallLock(install);
continueOn(await nodeToContinueOn(), script, args);
