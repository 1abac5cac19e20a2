import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, open, readFile, readlink, realpath, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { firstLine, LocalFailure } from '../local-failure.ts';
import { exitReason } from './exit-reason.ts';
import { findProgram } from './programs.ts';

const STOP_TIMEOUT_MS = 20_000;
/** Commands have nothing to lose. */
const COMMAND_STOP_MS = 1_000;

const commands = new Set<ChildProcess>();
const abortion = new AbortController();

/** Fires when a start in progress is to fail soon; see {@link abortCommands}. */
export const abortSignal = abortion.signal;

/** @throws LocalFailure after {@link abortCommands} */
export const refuseWhenAborted = (): void => {
  if (abortSignal.aborted) throw new LocalFailure('Stopped before everything had started');
};

const signalGroup = (pid: number, signal: NodeJS.Signals): void => {
  for (const target of [-pid, pid]) {
    try {
      process.kill(target, signal);
      return;
    } catch {
      // The group or the process is gone already.
    }
  }
};

/** Makes a start in progress fail soon: ends running commands and refuses further ones; servers are stopped as usual. */
export const abortCommands = (): void => {
  abortion.abort();
  for (const child of commands) {
    const pid = child.pid ?? 0;
    // What it has started, too: installers are shell scripts around the program that works.
    signalGroup(pid, 'SIGTERM');
    setTimeout(() => commands.has(child) && signalGroup(pid, 'SIGKILL'), COMMAND_STOP_MS).unref();
  }
};

/** What a finished command left; `code` is null when a signal or the timeout ended it. */
export interface CommandResult {
  readonly code: number | null;
  readonly output: string;
}

export interface CommandOptions {
  readonly environment?: NodeJS.ProcessEnv;
  readonly directory?: string;
  readonly timeoutMs?: number;
  readonly onLine?: (line: string) => void;
  /** For commands that stop something: they run after {@link abortCommands} too. */
  readonly alsoWhenAborted?: boolean;
}

/** Runs a command to its end and collects stdout and stderr together; a program that cannot be run is a LocalFailure. */
export const runCommand = (
  command: string,
  args: readonly string[],
  { environment, directory, timeoutMs, onLine, alsoWhenAborted = false }: CommandOptions = {},
): Promise<CommandResult> =>
  new Promise((resolve, reject) => {
    if (!alsoWhenAborted) refuseWhenAborted();
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
      ...(environment ? { env: environment } : {}),
      ...(directory ? { cwd: directory } : {}),
      ...(timeoutMs ? { timeout: timeoutMs } : {}),
    });
    commands.add(child);
    const lines: string[] = [];
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        lines.push(line);
        onLine?.(line);
      });
    }
    child.once('error', (error) => {
      commands.delete(child);
      reject(new LocalFailure(`${command} cannot be run: ${firstLine(error)}`, { cause: error }));
    });
    child.once('close', (code) => {
      commands.delete(child);
      resolve({ code, output: lines.join('\n') });
    });
  });

/** A server that runs in the background in a process group of its own. */
export interface BackgroundProcess {
  readonly pid: number;
  /** True from the moment the process has ended, for whatever reason. */
  readonly ended: () => boolean;
  /** Resolves when it has ended, with the reason in words. */
  readonly exit: Promise<string>;
  readonly stop: () => Promise<void>;
}

export interface BackgroundOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  /** Working directory: also how a later start recognises an orphan as its own. */
  readonly directory: string;
  readonly logFile: string;
  readonly pidFile: string;
}

// Fields of /proc/<pid>/stat after the name, which may itself contain blanks and brackets; empty without /proc.
const statFields = async (pid: number): Promise<readonly string[]> => {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return stat === '' ? [] : stat.slice(stat.lastIndexOf(')') + 2).split(' ');
};

/** When the process began, in clock ticks since the machine booted; empty where the system does not tell. */
export const startTime = async (pid: number): Promise<string> => (await statFields(pid))[19] ?? '';

/** Whether the process exists and is more than a zombie. */
export const isAlive = async (pid: number): Promise<boolean> => {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return (await statFields(pid))[0] !== 'Z';
};

const endProcess = async (pid: number): Promise<void> => {
  signalGroup(pid, 'SIGTERM');
  const deadline = performance.now() + STOP_TIMEOUT_MS;
  while (await isAlive(pid)) {
    if (performance.now() > deadline) signalGroup(pid, 'SIGKILL');
    await delay(20);
  }
};

// The kernel then ends the server even when this process is killed outright. Only Linux has it.
const withParentDeathSignal = async (
  command: string,
  args: readonly string[],
): Promise<[string, string[]]> => {
  const setpriv = process.platform === 'linux' ? await findProgram('setpriv') : undefined;
  if (setpriv === undefined) return [command, [...args]];
  const probe = await runCommand(setpriv, ['--pdeathsig', 'TERM', 'true']);
  return probe.code === 0 ? [setpriv, ['--pdeathsig', 'TERM', '--', command, ...args]] : [command, [...args]];
};

const spawned = (child: ChildProcess, command: string): Promise<number> =>
  new Promise((resolve, reject) => {
    child.once('error', (error) => reject(new LocalFailure(`${command} cannot be run: ${firstLine(error)}`)));
    child.once('spawn', () => resolve(child.pid ?? 0));
  });

/**
 * Starts a server in a process group of its own, so that a terminal's Ctrl-C does not reach it before the API stopped.
 * Its output replaces `logFile`.
 */
export const startBackground = async (options: BackgroundOptions): Promise<BackgroundProcess> => {
  refuseWhenAborted();
  const { directory, environment, logFile, pidFile } = options;
  await mkdir(dirname(logFile), { recursive: true });
  const [command, args] = await withParentDeathSignal(options.command, options.args);
  const log = await open(logFile, 'w');
  const child = spawn(command, args, {
    cwd: directory,
    env: environment,
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
  });
  let ended = false;
  const exit = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => {
      ended = true;
      resolve(exitReason(code, signal));
    });
  });
  const pid = await spawned(child, options.command).finally(() => log.close());
  await writeFile(pidFile, String(pid));
  return {
    pid,
    ended: () => ended,
    exit,
    stop: async () => {
      if (!ended) await Promise.all([endProcess(pid), exit]);
      await rm(pidFile, { force: true });
    },
  };
};

/** Ends the server that an earlier, killed start left behind, if the pid file names one that works in `directory`. */
export const stopOrphan = async (pidFile: string, directory: string): Promise<boolean> => {
  const pid = Number(await readFile(pidFile, 'utf8').catch(() => ''));
  await rm(pidFile, { force: true });
  if (!Number.isInteger(pid) || pid <= 1 || !(await isAlive(pid))) return false;
  const [workingDirectory, expected] = await Promise.all([
    readlink(`/proc/${pid}/cwd`).catch(() => undefined),
    realpath(directory).catch(() => directory),
  ]);
  if (workingDirectory !== expected) return false;
  await endProcess(pid);
  return true;
};
