import { createServer, type IncomingHttpHeaders, type RequestListener, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** One request as it arrived, its body complete. */
interface ReceivedCall {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Answers a call; the default is an empty 200. */
type WebhookBehaviour = (call: ReceivedCall, response: ServerResponse) => void;

/** A real HTTP server inside the test process. */
export interface WebhookSink {
  readonly port: number;
  readonly calls: readonly ReceivedCall[];
  /** Connections accepted so far. */
  readonly connections: () => number;
  readonly behave: (behaviour: WebhookBehaviour) => void;
  readonly close: () => Promise<void>;
}

const accept: WebhookBehaviour = (_call, response) => void response.end();

/** Starts a server that keeps what it is sent; `::` listens on every address of the machine, IPv4 as well. */
export const startWebhookSink = async (host = '127.0.0.1', port = 0): Promise<WebhookSink> => {
  const calls: ReceivedCall[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  let behaviour = accept;

  const receive: RequestListener = async (request, response) => {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk);
    } catch {
      return;
    }
    const { method = '', url: path = '', headers } = request;
    const call = { method, path, headers, body: Buffer.concat(chunks).toString('utf8') };
    calls.push(call);
    behaviour(call, response);
  };
  const server = createServer((request, response) => void receive(request, response));
  server.on('connection', (socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The webhook sink has no port');
  return {
    port: address.port,
    calls,
    connections: () => connections,
    behave: (next) => {
      behaviour = next;
    },
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
};
