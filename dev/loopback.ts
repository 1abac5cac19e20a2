import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { LocalFailure } from './local-failure.ts';

/** A port on which this machine alone can connect. */
export interface LoopbackPort {
  readonly port: number;
  /** Takes no further connections. */
  close(): void;
}

const TRIES = 20;

type Accept = (socket: Socket) => void;

const listen = (port: number, host: string, accept: Accept): Promise<Server> =>
  new Promise((resolve, reject) => {
    // Paused: the worker that gets the connection must read its first byte.
    const server = createServer({ pauseOnConnect: true, noDelay: true }, accept);
    server.once('error', reject);
    server.listen({ port, host }, () => resolve(server));
  });

const codeOf = (error: unknown): unknown => (error as NodeJS.ErrnoException).code;

/** `localhost` means ::1 to some clients and 127.0.0.1 to others; a machine without IPv6 has the latter alone. */
const listenOnBoth = async (wanted: number, accept: Accept): Promise<LoopbackPort> => {
  const first = await listen(wanted, '127.0.0.1', accept);
  const { port } = first.address() as AddressInfo;
  const second = await listen(port, '::1', accept).catch((error: unknown) => {
    if (codeOf(error) !== 'EADDRINUSE') return undefined;
    first.close();
    throw error;
  });
  return {
    port,
    close: () => {
      first.close();
      second?.close();
    },
  };
};

/**
 * Listens on a port, or on any free one if it is 0.
 * @throws LocalFailure when another program has the port
 */
export const listenOnLoopback = async (wanted: number, accept: Accept): Promise<LoopbackPort> => {
  for (let tries = 1; ; tries += 1) {
    try {
      return await listenOnBoth(wanted, accept);
    } catch (error) {
      if (wanted === 0 && codeOf(error) === 'EADDRINUSE' && tries < TRIES) continue;
      const reason = codeOf(error) === 'EADDRINUSE' ? 'another program uses it' : String(codeOf(error));
      throw new LocalFailure(`Cannot listen on port ${wanted}: ${reason}. Choose another one with PORT=…`);
    }
  }
};
