import { type ChildProcess, fork } from 'node:child_process';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import type { FromWorker, ToWorker } from '../shared/host/offline/messages.ts';
import { exitReason } from './services/exit-reason.ts';
import { toolEnvironment } from './tool-environment.ts';
import { watchLoading } from './worker-patience.ts';

/** One worker process of the development server. */
export interface WorkerProcess {
  readonly pid: number;
  /**
   * Lets it load the project's code; a configuration known to be valid is not checked again.
   * Resolves with the digest of the one that it serves. Rejects, with what is wrong, when the code cannot serve.
   */
  start(validConfig: string | undefined): Promise<string | undefined>;
  /** Hands a connection over. */
  give(socket: Socket): void;
  /** Lets it finish what is under way; kept connections without a request are closed after `idleMs`. */
  retire(idleMs: number): Promise<void>;
  /** Ends it at once. */
  kill(): Promise<void>;
  /** Resolves when the process is gone, with how it ended. */
  readonly exited: Promise<string>;
}

/** What becomes of what a worker writes; a function receives it as text. */
export type Output = 'inherit' | 'ignore' | ((text: string) => void);

/** How workers are started. */
export interface WorkerProcessOptions {
  /** Directory of serverless.yml. */
  readonly root: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Where the log lines of the application go. */
  readonly output: Output;
  /** Receives one line whenever it has been loading for another while. */
  readonly say: (line: string) => void;
}

const ENTRY = join('dev', 'dev-worker.ts');
const TAIL_LENGTH = 4_000;
/** The worker itself gives up after 25 s. */
const RETIREMENT_MS = 30_000;
/**
 * glibc gives every thread an arena of its own and keeps what was freed in it; what V8 needs to compile the CLI
 * lies between, in pieces of 32 KiB. One arena that gives back all of that costs nothing measurable.
 */
const FRUGAL_MALLOC = {
  MALLOC_ARENA_MAX: '1',
  MALLOC_TRIM_THRESHOLD_: '131072',
  MALLOC_MMAP_THRESHOLD_: '32768',
};
/** Collect garbage sooner: a tenth of the requests per second for 120 MiB, which one more process (the spare) needs. */
const FRUGAL_HEAP = ['--max-semi-space-size=8', '--heap-growing-percent=30'];

const endOf = (child: ChildProcess): Promise<string> =>
  new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(exitReason(code, signal)));
  });

/** The gist of what a process said before it gave up; the Serverless CLI takes two lines to say it. */
export const gist = (text: string): string =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && line !== 'Error:')
    .slice(0, 2)
    .join(' ');

/** Forks a worker that loads the packages and then waits for {@link WorkerProcess.start}. */
export const forkWorker = (options: WorkerProcessOptions): WorkerProcess => {
  const { root, environment, output } = options;
  const child = fork(join(root, ENTRY), [], {
    cwd: root,
    execArgv: FRUGAL_HEAP,
    env: {
      ...FRUGAL_MALLOC,
      ...environment,
      ...toolEnvironment(environment),
      TZ: 'UTC',
      SLS_LOG_LEVEL: 'error',
    },
    stdio: ['ignore', typeof output === 'string' ? output : 'pipe', 'pipe', 'ipc'],
    // Out of the terminal's process group: Ctrl-C is the supervisor's to handle.
    detached: true,
  });
  const exited = endOf(child);
  if (typeof output === 'function') child.stdout?.setEncoding('utf8').on('data', output);
  let serves = false;
  let tail = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    tail = (tail + text).slice(-TAIL_LENGTH);
    // Before that it explains why the code does not load, which the supervisor says in one line.
    if (typeof output === 'function') output(text);
    else if (serves && output === 'inherit') process.stderr.write(text);
  });

  const send = (message: ToWorker, socket?: Socket): void => {
    // A worker that has gone shows by its exit; the connection is lost with it.
    child.send(message, socket, (error) => {
      if (error) socket?.destroy();
    });
  };

  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await exited;
  };

  return {
    pid: child.pid ?? 0,
    exited,
    kill,
    start: async (validConfig) => {
      let valid = validConfig;
      const said = new Promise<FromWorker>((resolve) => {
        child.on('message', (message: FromWorker) => {
          if (message.type === 'valid') valid = message.config;
          else resolve(message);
        });
      });
      send({ type: 'start', validConfig });
      let stalled: string | undefined;
      const endWatch = watchLoading({
        pid: child.pid ?? 0,
        say: options.say,
        onStall: (reason) => {
          stalled = reason;
          child.kill('SIGKILL');
        },
      });
      const answer = await Promise.race([said, exited]);
      endWatch();
      if (typeof answer === 'string') throw new Error(stalled ?? (gist(tail) || answer));
      if (answer.type === 'failed') throw new Error(answer.message);
      serves = true;
      return valid;
    },
    give: (socket) => send({ type: 'connection' }, socket),
    retire: async (idleMs) => {
      send({ type: 'retire', idleMs });
      const timer = setTimeout(() => child.kill('SIGKILL'), RETIREMENT_MS);
      await exited;
      clearTimeout(timer);
    },
  };
};
