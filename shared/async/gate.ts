/** Gives a place back; only the first call counts. */
export type Leave = () => void;

/** A bounded waiting line in front of something that only few may use at once. */
export interface Gate {
  /**
   * Resolves when a place is free, in the order of the calls. Rejects with the signal's reason as soon as it is
   * aborted while waiting, and with the gate's refusal at once when the line is full, or after the longest wait.
   */
  enter(signal?: AbortSignal): Promise<Leave>;
}

/** How many may be inside and how many may wait. */
export interface GateOptions {
  readonly places: number;
  readonly mostWaiting: number;
  /** Without it only the signal ends a wait. */
  readonly longestWaitMs?: number;
  readonly refusal: (reason: 'full' | 'too-long') => Error;
}

/** Opens a gate that lets callers in first come, first served. */
export const openGate = ({ places, mostWaiting, longestWaitMs, refusal }: GateOptions): Gate => {
  let free = places;
  // Whoever gives up leaves the line from the middle, which a Set does in constant time.
  const line = new Set<() => void>();

  const leaveOnce = (): Leave => {
    let isInside = true;
    return () => {
      if (!isInside) return;
      isInside = false;
      const [next] = line;
      if (next) next();
      else free += 1;
    };
  };

  const wait = (signal: AbortSignal | undefined): Promise<Leave> =>
    new Promise((resolve, reject) => {
      let timer: NodeJS.Timeout | undefined;
      const stepOut = (): void => {
        line.delete(letIn);
        clearTimeout(timer);
        signal?.removeEventListener('abort', giveUp);
      };
      const letIn = (): void => {
        stepOut();
        resolve(leaveOnce());
      };
      const giveUp = (): void => {
        stepOut();
        reject(signal?.reason);
      };
      line.add(letIn);
      signal?.addEventListener('abort', giveUp, { once: true });
      if (longestWaitMs === undefined) return;
      timer = setTimeout(() => {
        stepOut();
        reject(refusal('too-long'));
      }, longestWaitMs);
    });

  return {
    enter: async (signal) => {
      signal?.throwIfAborted();
      if (free > 0) {
        free -= 1;
        return leaveOnce();
      }
      if (line.size >= mostWaiting) throw refusal('full');
      return wait(signal);
    },
  };
};
