import { processorTicks, watchLife } from './services/patience.ts';

/** Code that has done nothing for this long waits for something that never comes. */
const STALL_MS = 30_000;
const LOOK_EVERY_MS = 1_000;
const TELL_EVERY_MS = 10_000;

/** What becomes of a process that takes long to load code. */
export interface Loading {
  readonly pid: number;
  /** Receives one line every ten seconds. */
  readonly say: (line: string) => void;
  /** Called once if it does nothing any more, with the reason; the watch is over then. */
  readonly onStall: (reason: string) => void;
}

/** Tells of a process that is slow, which a busy machine makes of every one; returns what ends the watch. */
export const watchLoading = ({ pid, say, onStall }: Loading): (() => void) => {
  const begun = performance.now();
  const life = watchLife(pid, { stallMs: STALL_MS });
  let toldAt = begun;
  const tell = async (now: number): Promise<void> => {
    toldAt = now;
    const ticks = await processorTicks(pid);
    const used =
      ticks === undefined ? '' : `, of which the processor worked on it for ${(ticks / 100).toFixed(1)} s`;
    say(`  … still waiting for the API to load its code: ${Math.round((now - begun) / 1_000)} s${used}`);
  };
  const timer = setInterval(async () => {
    const now = performance.now();
    if (await life.stalled()) {
      clearInterval(timer);
      onStall(
        `while it was loading nothing happened for ${STALL_MS / 1_000} s: a module may wait at its top level for something that never comes`,
      );
    } else if (now - toldAt > TELL_EVERY_MS) await tell(now);
  }, LOOK_EVERY_MS);
  return () => clearInterval(timer);
};
