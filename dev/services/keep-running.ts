import { setTimeout as delay } from 'node:timers/promises';
import { firstLine } from '../local-failure.ts';
import type { Progress } from '../progress.ts';
import type { BackgroundProcess } from './processes.ts';

/** A server that {@link keepRunning} looks after. */
export interface KeptServer {
  /** Process id of the present one. */
  readonly pid: () => number;
  readonly stop: () => Promise<void>;
}

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 10_000;

/**
 * Starts a server again whenever it ends by itself, and says so. `again` has to start it where it was: whoever uses
 * it knows its address already.
 */
export const keepRunning = (
  label: string,
  first: BackgroundProcess,
  again: () => Promise<BackgroundProcess>,
  say: Progress,
): KeptServer => {
  const stopping = new AbortController();
  const { signal } = stopping;
  let present = first;

  const revive = async (): Promise<void> => {
    const begun = performance.now();
    let pauseMs = FIRST_PAUSE_MS;
    let complaint: string | undefined;
    while (!signal.aborted) {
      try {
        present = await again();
        say(`${label} runs again (${((performance.now() - begun) / 1_000).toFixed(1)} s)`);
        return;
      } catch (error) {
        const reason = firstLine(error);
        if (reason !== complaint && !signal.aborted) say(`${label} does not start, trying on: ${reason}`);
        complaint = reason;
      }
      await delay(pauseMs, undefined, { signal }).catch(() => undefined);
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    }
  };

  const watch = async (): Promise<void> => {
    for (;;) {
      const how = await present.exit;
      if (signal.aborted) return;
      say(`${label} ended (${how}), starting it again`);
      await revive();
      // It came up while it was being stopped; `stop` ends it.
      if (signal.aborted) return;
    }
  };

  const watching = watch();
  return {
    pid: () => present.pid,
    stop: async () => {
      stopping.abort();
      await present.stop();
      await watching;
      // The one that came up meanwhile.
      await present.stop();
    },
  };
};
