import type { Piscina } from 'piscina';
import type { PasswordTask } from './password-worker.ts';

/** Runs bcrypt where it holds no event loop that others wait for. */
export interface PasswordThreads {
  /** Carries out a task; aborting its signal stops it. */
  run(task: PasswordTask, signal: AbortSignal | undefined): Promise<unknown>;
  close(): Promise<void>;
}

const IDLE_MS = 30_000;

/** Worker threads, which start at first use, so that a process that never sees a password has none. */
export const openPasswordThreads = (mostThreads: number): PasswordThreads => {
  let pool: Promise<Piscina> | undefined;

  const open = async (): Promise<Piscina> => {
    const { Piscina } = await import('piscina');
    return new Piscina({
      filename: new URL('./password-worker.ts', import.meta.url).href,
      name: 'run',
      minThreads: 1,
      maxThreads: mostThreads,
      idleTimeout: IDLE_MS,
      // Loaders of the parent (serverless-offline brings one) are of no use to a file that runs as it is.
      execArgv: [],
      // The threads need no configuration, so they get none: it holds secrets.
      env: {},
    });
  };

  return {
    run: async (task, signal) => {
      pool ??= open();
      return (await pool).run(task, signal ? { signal } : {});
    },
    close: async () => {
      await (await pool)?.destroy();
    },
  };
};
