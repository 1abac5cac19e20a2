import { connect, createServer, type Socket } from 'node:net';

/** A TCP relay before a real server that can cut it off, as a broken network does. */
export interface Gate {
  readonly port: number;
  /** Cuts all connections and lets none through until {@link Gate.open}. */
  readonly shut: () => void;
  readonly open: () => void;
  readonly stop: () => Promise<void>;
}

/** Puts a gate, open at first, before a server. */
export const startGate = async (host: string, port: number): Promise<Gate> => {
  const sockets = new Set<Socket>();
  let isOpen = true;
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => sockets.delete(socket));
    return socket;
  };
  const shut = (): void => {
    isOpen = false;
    for (const socket of sockets) socket.destroy();
  };
  const server = createServer((client) => {
    keep(client);
    if (!isOpen) {
      client.destroy();
      return;
    }
    const upstream = keep(connect(port, host));
    client.pipe(upstream).pipe(client);
    client.once('close', () => upstream.destroy());
    upstream.once('close', () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The gate has no port');
  return {
    port: address.port,
    shut,
    open: () => {
      isOpen = true;
    },
    stop: () =>
      new Promise((resolve) => {
        shut();
        server.close(() => resolve());
      }),
  };
};
