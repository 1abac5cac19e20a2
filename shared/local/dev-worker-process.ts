import { type ChildProcess, fork } from 'node:child_process';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import type { FromWorker, ToWorker } from '../runtime/offline/messages.ts';

/** One worker process of the development server. */
export interface WorkerProcess {
  readonly pid: number;
  /** Lets it load the project's code. Rejects, with what is wrong, when the code cannot serve. */
  start(): Promise<void>;
  /** Hands a connection over. */
  give(socket: Socket): void;
  /** Lets it finish what is under way; kept connections without a request are closed after `idleMs`. */
  retire(idleMs: number): Promise<void>;
  /** Ends it at once. */
  kill(): Promise<void>;
  /** Resolves when the process is gone, with how it ended. */
  readonly exited: Promise<string>;
}

/** How workers are started. */
export interface WorkerProcessOptions {
  /** Directory of serverless.yml. */
  readonly root: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Where the log lines of the application go. */
  readonly output: 'inherit' | 'ignore';
}

const ENTRY = join('shared', 'local', 'dev-worker.ts');
const TAIL_LENGTH = 4_000;
/** Code that has not loaded by then (a module may wait for ever) never will. */
const START_MS = 30_000;
/** The worker itself gives up after 25 s. */
const RETIREMENT_MS = 30_000;

const endOf = (child: ChildProcess): Promise<string> =>
  new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal ? `killed by ${signal}` : `exit code ${code}`));
  });

/** Passes standard error on and remembers its end, which explains why a process gave up. */
const tailOfErrors = (child: ChildProcess, output: 'inherit' | 'ignore'): (() => string) => {
  let tail = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    tail = (tail + text).slice(-TAIL_LENGTH);
    if (output === 'inherit') process.stderr.write(text);
  });
  return () => tail.trim();
};

/** Forks a worker that loads the packages and then waits for {@link WorkerProcess.start}. */
export const forkWorker = (options: WorkerProcessOptions): WorkerProcess => {
  const { root, environment, output } = options;
  const child = fork(join(root, ENTRY), [], {
    cwd: root,
    execArgv: [],
    env: { ...environment, TZ: 'UTC', SLS_LOG_LEVEL: 'error' },
    stdio: ['ignore', output, 'pipe', 'ipc'],
    // Out of the terminal's process group: Ctrl-C is the supervisor's to handle.
    detached: true,
  });
  const exited = endOf(child);
  const tail = tailOfErrors(child, output);

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
    start: async () => {
      const said = new Promise<FromWorker>((resolve) => {
        child.once('message', (message) => resolve(message as FromWorker));
      });
      send({ type: 'start' });
      const timer = setTimeout(() => child.kill('SIGKILL'), START_MS);
      const answer = await Promise.race([said, exited]);
      clearTimeout(timer);
      if (typeof answer === 'string') throw new Error(tail() || answer);
      if (answer.type === 'failed') throw new Error(answer.message);
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
