import type { Config } from '../config/config.ts';
import type { Log } from '../log/log.ts';
import type { BatchResult } from '../queue/batch-event.ts';
import { startDispatcher } from '../queue/dispatcher.ts';
import { queuePrefix } from '../queue/queue-prefix.ts';
import { redisUrl } from '../redis/redis.ts';
import type { FunctionDefinition } from './function-definition.ts';
import { periodsOf, queueBindingsOf } from './function-events.ts';
import type { LoadedFunctions } from './load-functions.ts';
import { scheduledEvent, startScheduleLoop } from './schedule-loop.ts';

/** What runs functions that no request calls. */
export interface Background {
  /** Starts nothing further and waits for what runs, up to the grace. */
  stop(graceMs: number): Promise<void>;
}

/** What {@link startBackground} needs. */
export interface BackgroundOptions {
  readonly functions: ReadonlyMap<string, FunctionDefinition>;
  readonly config: Config;
  readonly log: Log;
  readonly invoke: LoadedFunctions['invoke'];
}

/** Runs the functions of `bullmq` and `schedule` events. */
export const startBackground = ({ functions, config, log, invoke }: BackgroundOptions): Background => {
  const named = [...functions];
  const bindings = named.flatMap(([name, definition]) =>
    queueBindingsOf(definition, config).map((settings) => ({
      ...settings,
      invoke: async (event: unknown) => (await invoke(name, event)) as BatchResult | undefined,
    })),
  );
  const schedules = named.flatMap(([name, definition]) =>
    periodsOf(definition, config).map((periodMs) => ({
      functionName: name,
      periodMs,
      run: () => invoke(name, scheduledEvent(new Date())),
    })),
  );
  const dispatcher =
    bindings.length > 0
      ? startDispatcher({ bindings, redisUrl: redisUrl(config), prefix: queuePrefix(config), log })
      : undefined;
  const loops = schedules.map((schedule) => startScheduleLoop(schedule, log));
  return {
    stop: async (graceMs) => {
      let timer: NodeJS.Timeout | undefined;
      const tooLate = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, graceMs);
      });
      const loopsStopped = Promise.all(loops.map((loop) => loop.stop()));
      await Promise.all([dispatcher?.close(graceMs), Promise.race([loopsStopped, tooLate])]);
      clearTimeout(timer);
    },
  };
};
