import { connect, createServer, type Socket } from 'node:net';

/** A TCP relay before a real server that can cut it off, as a broken network does, or hold everything back. */
export interface Gate {
  readonly port: number;
  /** Cuts all connections and lets none through until {@link Gate.open}. */
  readonly shut: () => void;
  /** Keeps the connections, new ones as well, but passes nothing on towards the server until {@link Gate.open}. */
  readonly hold: () => void;
  readonly open: () => void;
  /** Bytes that clients have sent and the server has not got. */
  readonly heldBytes: () => number;
  readonly stop: () => Promise<void>;
}

/** Puts a gate, open at first, before a server. */
export const startGate = async (host: string, port: number): Promise<Gate> => {
  const sockets = new Set<Socket>();
  const backlogs = new Map<Socket, Buffer[]>();
  let state: 'open' | 'held' | 'shut' = 'open';
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => sockets.delete(socket));
    return socket;
  };
  const shut = (): void => {
    state = 'shut';
    for (const socket of sockets) socket.destroy();
  };
  const passOn = (): void => {
    for (const [upstream, chunks] of backlogs) for (const chunk of chunks.splice(0)) upstream.write(chunk);
  };
  const server = createServer((client) => {
    keep(client);
    if (state === 'shut') {
      client.destroy();
      return;
    }
    const upstream = keep(connect(port, host));
    const backlog: Buffer[] = [];
    backlogs.set(upstream, backlog);
    client.on('data', (chunk) => {
      if (state === 'held') backlog.push(chunk);
      else upstream.write(chunk);
    });
    upstream.pipe(client);
    client.once('end', () => upstream.end());
    client.once('close', () => upstream.destroy());
    upstream.once('close', () => {
      backlogs.delete(upstream);
      client.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The gate has no port');
  return {
    port: address.port,
    shut,
    hold: () => {
      state = 'held';
    },
    open: () => {
      state = 'open';
      passOn();
    },
    heldBytes: () => [...backlogs.values()].flat().reduce((total, { length }) => total + length, 0),
    stop: () =>
      new Promise((resolve) => {
        shut();
        server.close(() => resolve());
      }),
  };
};
