import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { pathToFileURL } from 'node:url';
import type { APIGatewayProxyEventV2, Context as LambdaContext } from 'aws-lambda';
import type { EndpointHandler } from '../http/endpoint.ts';
import { findRoute, type Route, routingTable } from '../http/routing-table.ts';

/** A host that streams: the handlers of the routing table behind node:http, nothing between. */
export interface HandlerServer {
  readonly url: string;
  close(): Promise<void>;
}

/** What an endpoint that does not stream can be sent, and a little more, so that it refuses the rest itself. */
const BUFFERED_BYTES = 10_485_760 + 1;
/** How long a client that was answered early may go on sending before its connection is closed. */
const LINGER_MS = 1_000;

const loadHandlers = async (): Promise<Map<string, EndpointHandler>> => {
  const load = async ({ functionName, module }: Route) => {
    const loaded = (await import(/* @vite-ignore */ pathToFileURL(module).href)) as {
      handler: EndpointHandler;
    };
    return [functionName, loaded.handler] as const;
  };
  return new Map(await Promise.all(routingTable().map(load)));
};

const readBuffered = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    chunks.push(chunk as Buffer);
    size += (chunk as Buffer).length;
    if (size >= BUFFERED_BYTES) break;
  }
  return Buffer.concat(chunks);
};

const eventOf = (
  request: IncomingMessage,
  url: URL,
  { path, method }: Route,
  pathParameters: Record<string, string>,
  body: Buffer,
): APIGatewayProxyEventV2 => ({
  version: '2.0',
  routeKey: `${method} ${path}`,
  rawPath: url.pathname,
  rawQueryString: url.search.slice(1),
  headers: Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(',') : value,
    ]),
  ),
  pathParameters,
  isBase64Encoded: true,
  body: body.toString('base64'),
  requestContext: {
    accountId: '',
    apiId: '',
    domainName: '',
    domainPrefix: '',
    http: {
      method: request.method ?? '',
      path: url.pathname,
      protocol: 'HTTP/1.1',
      sourceIp: request.socket.remoteAddress ?? '',
      userAgent: '',
    },
    requestId: '',
    routeKey: `${method} ${path}`,
    stage: '$default',
    time: '',
    timeEpoch: 0,
  },
});

/** Lets a client that still sends read its answer, then ends the connection. */
const linger = (request: IncomingMessage): void => {
  if (request.complete) return;
  request.resume();
  setTimeout(() => request.destroy(), LINGER_MS).unref();
};

const serve = async (
  handlers: ReadonlyMap<string, EndpointHandler>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const found = findRoute(request.method ?? '', url.pathname);
  const handler = found && handlers.get(found.route.functionName);
  if (!found || !handler) {
    response.writeHead(404).end();
    return;
  }
  const streams = handler.contract.request?.stream !== undefined;
  const body = streams ? Buffer.alloc(0) : await readBuffered(request);
  const event = eventOf(request, url, found.route, found.pathParameters, body);
  const context = {
    functionName: found.route.functionName,
    streams: { body: streams ? request : undefined },
  } as unknown as LambdaContext;
  const { statusCode = 200, headers = {}, cookies = [], ...result } = await handler(event, context);
  const early = request.complete ? {} : { connection: 'close' };
  response.writeHead(statusCode, { ...(headers as Record<string, string>), 'set-cookie': cookies, ...early });
  response.once('finish', () => linger(request));
  if (request.method === 'HEAD') response.end();
  else if (result.stream) await pipeline(result.stream, response);
  else response.end(Buffer.from(result.body ?? '', result.isBase64Encoded ? 'base64' : 'utf8'));
};

/** Serves all handlers on a free port; connections without progress for `idleMs` are closed (media.md, rule 27). */
export const startHandlerServer = async (idleMs: number): Promise<HandlerServer> => {
  const handlers = await loadHandlers();
  const server = createServer({ requestTimeout: 0 }, (request, response) => {
    serve(handlers, request, response).catch(() => response.destroy());
  });
  server.setTimeout(idleMs, (socket) => socket.destroy());
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
};
