import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { REPOSITORY } from '#dev/paths.ts';

/** What a process does: takes jobs, ticks every `TASK_TICK_SECONDS`, both, or only ticks when told to. */
export type Roles = 'worker' | 'scheduler' | 'worker,scheduler' | '';

/** A separate process that runs functions of the tasks domain. */
export interface NodeProcess {
  /** Lines that it has logged; only errors are. */
  readonly errors: () => readonly string[];
  /** SIGKILL; resolves when the process is gone. */
  readonly kill: () => Promise<void>;
  /** SIGTERM; resolves with the exit code. */
  readonly terminate: () => Promise<number | null>;
  /** Runs one tick. @throws when it fails */
  readonly tick: () => Promise<void>;
}

const PROGRAM = join(REPOSITORY, 'tests/faults/node-process.ts');

const message = async (child: ChildProcess): Promise<unknown> => {
  const gone = once(child, 'exit').then(([code]) => {
    throw new Error(`the process ended with ${code}`);
  });
  const [received] = await Promise.race([once(child, 'message'), gone]);
  return received;
};

/** Starts a process; resolves when it has connected its queues. */
export const startProcess = async (
  roles: Roles,
  environment: Readonly<Record<string, string>>,
): Promise<NodeProcess> => {
  const child = fork(PROGRAM, [roles], {
    env: environment,
    execArgv: [],
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  let output = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const exit = once(child, 'exit');
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill(signal);
      await exit;
    }
    return child.exitCode;
  };
  await message(child);
  return {
    errors: () => output.split('\n').filter((line) => line !== ''),
    kill: async () => void (await end('SIGKILL')),
    terminate: () => end('SIGTERM'),
    tick: async () => {
      const answered = message(child);
      child.send('tick');
      const answer = await answered;
      if (answer !== 'ticked') throw new Error(String(answer));
    },
  };
};
