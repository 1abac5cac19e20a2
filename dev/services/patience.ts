import { readFile, stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { firstLine, LocalFailure } from '../local-failure.ts';
import { refuseWhenAborted } from './processes.ts';

/** Without a sign of life for this long, a process is not slow: it waits for something that does not come. */
const STALL_MS = 60_000;
/** Where the system does not show what a process does, waiting has to end some time. */
const BLIND_MS = 300_000;
/** A server that answers, but with a refusal, has this long to change its mind. */
const REFUSAL_MS = 10_000;
/** Less than that is what idle timers cost, in hundredths of a second. */
const LEAST_TICKS = 3;

/** Processor time of a process so far, in hundredths of a second; undefined where the system does not tell. */
export const processorTicks = async (pid: number): Promise<number | undefined> => {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  if (text === '') return undefined;
  // User and system time, its own and that of children it has waited for; the name before may hold blanks.
  const times = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 15);
  return times.reduce((sum, ticks) => sum + Number(ticks), 0);
};

/** Notices whether a process gets on with what it does. */
export interface LifeWatch {
  /** Looks again; true once there was no sign of life for as long as a stall takes. */
  stalled(): Promise<boolean>;
}

/** Watches processor time and, if given, the size of a log; a busy machine slows both down but stops neither. */
export const watchLife = (
  pid: number,
  { logFile, stallMs = STALL_MS }: { readonly logFile?: string; readonly stallMs?: number } = {},
): LifeWatch => {
  const begun = performance.now();
  let signAt = begun;
  let ticks = 0;
  let size = 0;
  return {
    stalled: async () => {
      const now = performance.now();
      const used = await processorTicks(pid);
      if (used === undefined) return now - begun > BLIND_MS;
      const written =
        logFile === undefined
          ? 0
          : await stat(logFile).then(
              (found) => found.size,
              () => 0,
            );
      if (used - ticks >= LEAST_TICKS || written !== size) {
        ticks = used;
        size = written;
        signAt = now;
      }
      return now - signAt > stallMs;
    },
  };
};

/** What {@link untilAnswers} waits for. */
export interface Awaited {
  readonly pid: number;
  readonly ended: () => boolean;
  readonly logFile: string;
  /** One question; a throw means not yet. */
  readonly ask: () => Promise<unknown>;
  /** Whether the server itself said no, as opposed to not answering. */
  readonly isRefusal: (error: unknown) => boolean;
  readonly pauseMs: number;
}

/**
 * Asks a server that has just been started until it answers, however long that takes, as long as it gets on.
 * @throws LocalFailure with the reason when it has ended, stalled or keeps refusing
 */
export const untilAnswers = async (server: Awaited): Promise<void> => {
  const life = watchLife(server.pid, { logFile: server.logFile });
  let refusedSince: number | undefined;
  for (;;) {
    refuseWhenAborted();
    if (server.ended()) throw new LocalFailure('it ended at once');
    try {
      await server.ask();
      return;
    } catch (error) {
      const now = performance.now();
      refusedSince = server.isRefusal(error) ? (refusedSince ?? now) : undefined;
      if (refusedSince !== undefined && now - refusedSince > REFUSAL_MS) {
        throw new LocalFailure(firstLine(error), { cause: error });
      }
      if (await life.stalled()) {
        throw new LocalFailure(
          `it neither worked nor wrote anything for ${STALL_MS / 1_000} s (${firstLine(error)})`,
          {
            cause: error,
          },
        );
      }
    }
    await delay(server.pauseMs);
  }
};
