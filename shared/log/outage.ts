import type { Log } from './log.ts';

/** Tells of something that is unavailable once, and once more when it is back, however often it is missed meanwhile. */
export interface OutageLog {
  missed(error: unknown): void;
  /** Call it whenever the thing works. */
  worked(): void;
}

/** `name` is put in front of `is unavailable` and `is back`. */
export const createOutageLog = (log: Log, name: string): OutageLog => {
  let since: number | undefined;
  return {
    missed: (error) => {
      if (since !== undefined) return;
      since = performance.now();
      log.warn({ err: error }, `${name} is unavailable`);
    },
    worked: () => {
      if (since === undefined) return;
      log.info({ afterMs: Math.round(performance.now() - since) }, `${name} is back`);
      since = undefined;
    },
  };
};
