import type { Context } from '#shared/host/context.ts';
import { lastOccurrenceBefore, parseCronWithSeconds } from '#shared/time/cron-with-seconds.ts';
import { sweep } from './sweep.ts';

const REMEMBERED_SECONDS = 172_800;
/** What this process has run while Redis, which knows it for all processes, was unavailable. */
const remembered = new Map<string, string>();

/** The last time before now that the expression names, in UTC; the configuration takes only expressions that name one. */
export const lastDue = (expression: string, now: Date): Date | undefined => {
  const cron = parseCronWithSeconds(expression);
  return cron && lastOccurrenceBefore(cron, now);
};

const claim = async ({ redis, config }: Context, due: string): Promise<boolean> => {
  const key = `${config.REDIS_PREFIX}:media:sweep`;
  try {
    return (await redis.set(`${key}:${due}`, '1', 'EX', REMEMBERED_SECONDS, 'NX')) === 'OK';
  } catch {
    const isNew = remembered.get(key) !== due;
    remembered.set(key, due);
    return isNew;
  }
};

/**
 * Runs the sweeper once for every time that MEDIA_SWEEP_CRON names, on the next tick after it; a time that
 * passed while nothing ran is made up for. A rate and not a cron event, because the variable must hold on
 * every platform.
 */
export const sweepWhenDue = async (context: Context): Promise<void> => {
  const due = lastDue(context.config.MEDIA_SWEEP_CRON, context.now())?.toISOString();
  if (due !== undefined && (await claim(context, due))) await sweep(context);
};
