import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A process of the benchmark that answers questions. */
export interface Child {
  /** What it says when it is ready. */
  readonly greeting: Readonly<Record<string, unknown>>;
  /** Its present figures. */
  readonly ask: () => Promise<Readonly<Record<string, unknown>>>;
  readonly stop: () => Promise<void>;
}

const answer = async (child: ChildProcess): Promise<Readonly<Record<string, unknown>>> => {
  const [message] = await once(child, 'message');
  return message as Readonly<Record<string, unknown>>;
};

/** Starts a module of this folder as a process and waits until it is ready. */
export const startChild = async (
  module: string,
  environment: NodeJS.ProcessEnv,
  execArgv: readonly string[] = [],
): Promise<Child> => {
  const child = fork(fileURLToPath(new URL(module, import.meta.url)), {
    env: { ...process.env, ...environment },
    execArgv: [...execArgv],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const greeting = await answer(child);
  return {
    greeting,
    ask: () => {
      child.send('figures');
      return answer(child);
    },
    stop: async () => {
      const gone = once(child, 'exit');
      child.disconnect();
      await gone;
    },
  };
};
