import type { Socket } from 'node:net';
import { openLocalApi } from './local-api.ts';
import type { FromWorker, ToWorker } from './messages.ts';
import type { Serverless } from './service.ts';

const tell = (message: FromWorker): Promise<void> =>
  new Promise((resolve) => {
    process.send?.(message, undefined, undefined, () => resolve());
  });

/** Resolves with the time that kept connections have left, once the worker is told to end. */
const retirement = (): Promise<number> =>
  new Promise((resolve) => {
    process.on('message', (message: ToWorker) => {
      if (message.type === 'retire') resolve(message.idleMs);
    });
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve(0));
  });

/**
 * Serves as a worker of the development server: connections come from the supervisor over IPC, so the port
 * stays open while workers are exchanged. Ends the process.
 */
export const runSupervised = async (serverless: Serverless): Promise<void> => {
  const retired = retirement();
  process.channel?.ref();
  const api = await openLocalApi(serverless);
  process.on('message', (message: ToWorker, socket: Socket | undefined) => {
    if (message.type === 'connection' && socket) api.accept(socket);
  });
  await tell({ type: 'ready' });
  await api.stop(await retired);
  process.exit(0);
};

/** Reports why this process cannot serve, to the supervisor if there is one, and ends it. */
export const reportFailure = async (error: unknown): Promise<never> => {
  const message = error instanceof Error ? error.message : String(error);
  if (process.send) await tell({ type: 'failed', message });
  else process.stderr.write(`${message}\n`);
  process.exit(1);
};
