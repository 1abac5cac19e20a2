import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** The connections of a server, tracked so that it can be left without breaking a request. */
export interface Connections {
  isBusy(socket: Socket): boolean;
  isDraining(): boolean;
  /**
   * Ends kept connections with their next answer, those without one after `idleMs`; resolves when no request
   * is under way any more, at the latest after `graceMs`.
   */
  drain(idleMs: number, graceMs: number): Promise<void>;
}

/** Tracks the requests of a server from now on. */
export const trackConnections = (listener: Server): Connections => {
  const busy = new Map<Socket, number>();
  let draining = false;
  let whenQuiet: (() => void) | undefined;

  const change = (socket: Socket, by: 1 | -1): void => {
    const underWay = (busy.get(socket) ?? 0) + by;
    if (underWay > 0) busy.set(socket, underWay);
    else busy.delete(socket);
    if (busy.size === 0) whenQuiet?.();
  };

  listener.prependListener('request', ({ socket }, response) => {
    change(socket, 1);
    response.once('close', () => change(socket, -1));
  });

  const quiet = (): Promise<void> =>
    new Promise((resolve) => {
      whenQuiet = resolve;
      if (busy.size === 0) resolve();
    });

  return {
    isBusy: (socket) => busy.has(socket),
    isDraining: () => draining,
    drain: async (idleMs, graceMs) => {
      draining = true;
      await sleep(idleMs);
      listener.closeIdleConnections();
      await Promise.race([quiet(), sleep(graceMs, undefined, { ref: false })]);
      listener.closeAllConnections();
    },
  };
};
