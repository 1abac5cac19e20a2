import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { forkWorker, type Output, type WorkerProcess } from './dev-worker-process.ts';
import { firstLine, LocalFailure } from './local-failure.ts';
import { listenOnLoopback } from './loopback.ts';
import { REPOSITORY } from './paths.ts';
import { watchSources } from './source-watch.ts';

/** A running development server. */
export interface DevServer {
  readonly port: number;
  readonly url: string;
  /** Process id of the worker that serves at present; 0 between a crash and the restart. */
  pid(): number;
  /** `SIGKILL` ends everything at once, as a power cut would; other signals stop it gracefully. */
  kill(signal: NodeJS.Signals): void;
  /** Finishes what is under way and releases the port. */
  stop(): Promise<void>;
}

/** How a development server is started. */
export interface DevServerOptions {
  /** 0 for any free one. */
  readonly port: number;
  /** The whole environment of the workers. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Whether saved files are taken over at once. */
  readonly watch: boolean;
  /** Receives one line for each event that matters to a person. */
  readonly log: (line: string) => void;
  /** Where the log lines of the application go; standard output unless said otherwise. */
  readonly output?: Output;
  /** Directory of serverless.yml; the checkout unless said otherwise. */
  readonly root?: string;
  /** Gives a start up: its workers end at once and it rejects. */
  readonly signal?: AbortSignal;
}

/** Until then, idle kept connections of the old worker can still bring a request that was on its way. */
const IDLE_CONNECTION_MS = 250;
const SHORTEST_RESTART_PAUSE_MS = 100;
const LONGEST_RESTART_PAUSE_MS = 5_000;
/** A worker that served this long did not crash because of how it was started. */
const STABLE_MS = 10_000;

/**
 * Starts serverless-offline in a worker process and keeps it running. The port belongs to this process and
 * connections are handed to the present worker, so exchanging workers refuses nobody. With `watch` a spare
 * worker has all packages loaded, so that a save only waits for the project's own code.
 * @throws LocalFailure when the port is taken or the code does not load
 */
export const startDevServer = async (options: DevServerOptions): Promise<DevServer> => {
  const { environment, watch, log, output = 'inherit', root = REPOSITORY } = options;
  const workers = new Set<WorkerProcess>();
  const waiting: Socket[] = [];
  let active: WorkerProcess | undefined;
  let spare: WorkerProcess | undefined;
  let exchange: Promise<void> | undefined;
  let exchangeAgain = false;
  let validConfig: string | undefined;
  let restartPauseMs = SHORTEST_RESTART_PAUSE_MS;
  let loading: WorkerProcess | undefined;
  let ended = false;

  const fork = (): WorkerProcess => {
    const worker = forkWorker({ root, environment, output, say: log });
    workers.add(worker);
    void worker.exited.then(() => {
      workers.delete(worker);
      if (spare === worker) spare = undefined;
    });
    return worker;
  };

  const accept = (socket: Socket): void => {
    if (active) active.give(socket);
    else waiting.push(socket);
  };

  const promote = (worker: WorkerProcess): void => {
    const old = active;
    active = worker;
    void old?.retire(IDLE_CONNECTION_MS);
    const startedAt = performance.now();
    void worker.exited.then((how) => {
      if (performance.now() - startedAt > STABLE_MS) restartPauseMs = SHORTEST_RESTART_PAUSE_MS;
      if (active === worker && !ended) void restart(how);
    });
    for (const socket of waiting.splice(0)) worker.give(socket);
  };

  /** Serves with a new worker; the present one keeps serving if the code does not load. */
  const serveAnew = async (): Promise<void> => {
    const worker = spare ?? fork();
    loading = worker;
    const started = worker.start(validConfig);
    // Loading its packages beside the project's code keeps the next save fast even if it follows at once.
    spare = watch ? fork() : undefined;
    try {
      validConfig = await started;
    } catch (error) {
      void worker.kill();
      throw error;
    } finally {
      loading = undefined;
    }
    if (ended) return void worker.kill();
    promote(worker);
  };

  const restart = async (how: string): Promise<void> => {
    active = undefined;
    log(`API process ended unexpectedly (${how}), starting another`);
    while (!active && !ended) {
      await sleep(restartPauseMs);
      restartPauseMs = Math.min(restartPauseMs * 2, LONGEST_RESTART_PAUSE_MS);
      await reload();
      if (!active) for (const socket of waiting.splice(0)) socket.destroy();
    }
  };

  const exchangeWorkers = async (): Promise<void> => {
    const begun = performance.now();
    try {
      await serveAnew();
      log(`Serving the present code (loaded in ${Math.round(performance.now() - begun)} ms)`);
    } catch (error) {
      log(
        `The code does not load${active ? ', still serving the last good one' : ''}: ${firstLine(error)}. Correct it and save again.`,
      );
    }
  };

  /** A save during an exchange causes exactly one more. */
  const reload = async (): Promise<void> => {
    if (ended) return;
    if (exchange) {
      exchangeAgain = true;
      return exchange;
    }
    exchange = exchangeWorkers();
    await exchange;
    exchange = undefined;
    if (!exchangeAgain) return;
    exchangeAgain = false;
    await reload();
  };

  const listening = await listenOnLoopback(options.port, accept);
  const sources = watch ? watchSources(root, () => void reload()) : undefined;

  const close = (): void => {
    ended = true;
    sources?.close();
    listening.close();
    for (const socket of waiting.splice(0)) socket.destroy();
  };
  const killAll = (): Promise<unknown> => Promise.all([...workers].map((worker) => worker.kill()));
  const stop = async (): Promise<void> => {
    close();
    const serving = active;
    active = undefined;
    for (const worker of [spare, loading]) void worker?.kill();
    await serving?.retire(0);
    await Promise.all([...workers].map(({ exited }) => exited));
  };

  const giveUp = (): void => {
    ended = true;
    void killAll();
  };
  options.signal?.addEventListener('abort', giveUp);
  if (options.signal?.aborted) giveUp();
  try {
    await serveAnew();
    options.signal?.throwIfAborted();
  } catch (error) {
    close();
    await killAll();
    throw new LocalFailure(`The API does not start: ${firstLine(error)}`);
  } finally {
    options.signal?.removeEventListener('abort', giveUp);
  }
  return {
    port: listening.port,
    url: `http://localhost:${listening.port}`,
    pid: () => active?.pid ?? 0,
    kill: (signal) => {
      if (signal !== 'SIGKILL') return void stop();
      close();
      void killAll();
    },
    stop,
  };
};
