import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A request that is being answered. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** The connections of a server: what they wait for, and how they end. */
export interface Connections {
  /** The oldest request of a connection that has no answer yet. */
  exchangeOf(socket: Socket): Exchange | undefined;
  isDraining(): boolean;
  /**
   * Ends kept connections with their next answer, those without one after `idleMs`; resolves when no request
   * is under way any more, at the latest after `graceMs`.
   */
  drain(idleMs: number, graceMs: number): Promise<void>;
}

/** Whether the client is to blame that nothing moves: it sends no more of a body, or does not read the answer. */
const isStalled = ({ request, response }: Exchange, socket: Socket): boolean => {
  if (response.headersSent) return response.writableLength > 0 || socket.writableLength > 0;
  return !request.complete && request.readableLength === 0;
};

/** Tracks the requests of a server from now on, and closes what has made no progress for `idleMs`. */
export const trackConnections = (server: Server, idleMs: number): Connections => {
  const underWay = new Map<Socket, Exchange[]>();
  let draining = false;
  let whenQuiet: (() => void) | undefined;

  const begin = (request: IncomingMessage, response: ServerResponse): void => {
    const { socket } = request;
    const exchange = { request, response };
    underWay.set(socket, [...(underWay.get(socket) ?? []), exchange]);
    response.once('close', () => {
      const others = (underWay.get(socket) ?? []).filter((other) => other !== exchange);
      if (others.length > 0) underWay.set(socket, others);
      else underWay.delete(socket);
      if (underWay.size === 0) whenQuiet?.();
    });
  };
  for (const event of ['request', 'checkContinue', 'checkExpectation']) server.prependListener(event, begin);

  server.setTimeout(idleMs, (socket) => {
    const exchange = underWay.get(socket)?.[0];
    if (!exchange || isStalled(exchange, socket)) socket.destroy();
    // The function is at work; the timer went off once and must be set anew.
    else socket.setTimeout(idleMs);
  });

  const quiet = (): Promise<void> =>
    new Promise((resolve) => {
      whenQuiet = resolve;
      if (underWay.size === 0) resolve();
    });

  return {
    exchangeOf: (socket) => underWay.get(socket)?.[0],
    isDraining: () => draining,
    drain: async (idle, graceMs) => {
      draining = true;
      await sleep(idle);
      server.closeIdleConnections();
      await Promise.race([quiet(), sleep(graceMs, undefined, { ref: false })]);
      server.closeAllConnections();
    },
  };
};
