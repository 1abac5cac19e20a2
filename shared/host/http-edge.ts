import { createServer, type Server } from 'node:http';
import { createServer as createListener, type Server as Listener, type Socket } from 'node:net';
import type { Config } from '../config/config.ts';
import { answerRequests, type EdgeOptions } from './answer-requests.ts';
import { type Connections, trackConnections } from './connections.ts';
import { faultOf, NO_TUNNEL, refuseSocket, TOO_MANY_CONNECTIONS } from './socket-refusal.ts';

/** The HTTP edge: turns requests into calls of functions, on every platform that is ours. */
export interface HttpEdge {
  /** Takes over a connection, wherever it was accepted. */
  accept(socket: Socket): void;
  /** Listens as well; resolves with the port. */
  listen(port: number, host: string): Promise<number>;
  /**
   * Takes no further connections, finishes what is under way and closes kept connections after `idleMs`; at the
   * latest after `graceMs` all are closed.
   */
  close(idleMs: number, graceMs: number): Promise<void>;
}

/** Time limits are looked at this often. */
const CHECK_MS = 1_000;

const openServer = (config: Config): Server => {
  const server = createServer({
    // Refused in our own shape.
    requireHostHeader: false,
    headersTimeout: config.HTTP_HEADERS_TIMEOUT,
    keepAliveTimeout: config.HTTP_KEEP_ALIVE_TIMEOUT,
    // Bodies have limits of their own: uploads of media may take as long as they make progress.
    requestTimeout: 0,
    connectionsCheckingInterval: CHECK_MS,
  });
  // Node drops headers beyond a number in silence; their size is limited anyway.
  server.maxHeadersCount = 0;
  // The time limits of Node begin with this event, but connections come from elsewhere: the server itself never
  // listens, so that those handed over by a supervisor are treated like those of our own port.
  server.emit('listening');
  return server;
};

const refuseBrokenHttp = (server: Server, config: Config, { exchangeOf }: Connections): void => {
  server.on('clientError', (error: NodeJS.ErrnoException, stream) => {
    const socket = stream as Socket;
    const exchange = exchangeOf(socket);
    const answer = (): void => {
      if (socket.writable) refuseSocket(socket, faultOf(error.code), config);
      else socket.destroy();
    };
    if (error.code === 'ECONNRESET' || exchange?.response.headersSent) socket.destroy();
    // What follows a complete request is broken: that one is still answered.
    else if (exchange?.request.complete) exchange.response.once('finish', answer);
    else answer();
  });
  server.on('connect', (_request, socket) => refuseSocket(socket, NO_TUNNEL, config));
};

/** Opens the edge for functions that are loaded. */
export const openHttpEdge = (options: EdgeOptions): HttpEdge => {
  const { config } = options;
  const server = openServer(config);
  const connections = trackConnections(server, config.MEDIA_IDLE_TIMEOUT);
  refuseBrokenHttp(server, config, connections);
  answerRequests(server, connections, options);
  const sockets = new Set<Socket>();
  let listener: Listener | undefined;

  const accept = (socket: Socket): void => {
    if (sockets.size >= config.HTTP_MAX_CONNECTIONS) {
      refuseSocket(socket, TOO_MANY_CONNECTIONS, config);
      return;
    }
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    server.emit('connection', socket);
  };

  return {
    accept,
    listen: (port, host) =>
      new Promise((resolve, reject) => {
        listener = createListener({ noDelay: true, allowHalfOpen: true }, accept);
        listener.once('error', reject);
        listener.listen(port, host, () => {
          const address = listener?.address();
          resolve(typeof address === 'object' && address ? address.port : port);
        });
      }),
    close: async (idleMs, graceMs) => {
      listener?.close();
      await connections.drain(idleMs, graceMs);
      // Ends Node's timer; having never listened is fine here.
      server.close(() => undefined);
    },
  };
};
