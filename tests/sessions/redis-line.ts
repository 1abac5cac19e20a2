import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { loadConfig } from '#shared/config/config.ts';
import { testEnvironment } from '#shared/testing/test-resources.ts';

/** A line to the Redis of the tests that can be cut. */
export interface RedisLine {
  /** Environment for those who are to go through it. */
  readonly environment: Readonly<Record<string, string>>;
  /** Drops all connections and refuses new ones. */
  cut(): void;
  /** Lets connections through again. */
  mend(): void;
  close(): Promise<void>;
}

/** Opens a line of its own. */
export const openRedisLine = async (): Promise<RedisLine> => {
  const { REDIS_HOST: host, REDIS_PORT: port } = loadConfig(testEnvironment());
  const sockets = new Set<Socket>();
  let isCut = false;
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket)).on('error', () => undefined);
    return socket;
  };
  const server = createServer((client) => {
    if (isCut) {
      client.destroy();
      return;
    }
    const upstream = keep(connect(port, host));
    keep(client).pipe(upstream).pipe(client);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const cut = () => {
    isCut = true;
    for (const socket of sockets) socket.destroy();
  };
  return {
    environment: { REDIS_HOST: '127.0.0.1', REDIS_PORT: String((server.address() as AddressInfo).port) },
    cut,
    mend: () => {
      isCut = false;
    },
    close: async () => {
      cut();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
};
