import { setImmediate as nextTurn } from 'node:timers/promises';

/** How long one request may work before others have their turn. */
const TURN_MS = 8;

/** Long work on one request in turns with the others. */
export interface Turns {
  /** Whether the work has taken its turn's time. */
  readonly isDue: () => boolean;
  /** Lets others have their turn. */
  readonly give: () => Promise<void>;
}

/** Begins a turn. */
export const takeTurns = (): Turns => {
  let startedAt = performance.now();
  return {
    isDue: () => performance.now() - startedAt > TURN_MS,
    give: async () => {
      await nextTurn();
      startedAt = performance.now();
    },
  };
};
