import { createServer, type Server } from 'node:net';

const listen = (port: number, host: string | undefined): Promise<Server | NodeJS.ErrnoException> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', resolve);
    server.listen({ port, exclusive: true, ...(host === undefined ? {} : { host }) }, () => resolve(server));
  });

const close = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
  });

/** Why the port cannot be listened on (`EADDRINUSE`, `EACCES`, …); undefined when it is free. */
export const portProblem = async (port: number, host?: string): Promise<string | undefined> => {
  const outcome = await listen(port, host);
  if (outcome instanceof Error) return outcome.code ?? outcome.message;
  await close(outcome);
  return undefined;
};

/** A free port of the loopback interface: the preferred one if possible, else one the kernel picks. */
export const freePort = async (preferred?: number): Promise<number> => {
  if (preferred !== undefined && (await portProblem(preferred, '127.0.0.1')) === undefined) return preferred;
  const outcome = await listen(0, '127.0.0.1');
  if (outcome instanceof Error) throw outcome;
  const address = outcome.address();
  await close(outcome);
  if (address === null || typeof address === 'string') throw new Error('No TCP address');
  return address.port;
};
