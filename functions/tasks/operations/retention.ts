import type { Config } from '#shared/config/config.ts';
import type { Context } from '#shared/host/context.ts';
import {
  RUN_SWEEPS,
  type Sweep,
  sweepCompletedTasks,
  sweepFailedTasks,
  sweepLogs,
} from './queries/retention.ts';

const BATCH = 1_000;

interface Rule {
  readonly sweep: Sweep;
  /** 0 keeps everything. */
  readonly days: number;
}

const rulesOf = (config: Config): Readonly<Record<string, Rule>> => ({
  completedTasks: { sweep: sweepCompletedTasks, days: config.TASK_RETENTION_COMPLETED_DAYS },
  failedTasks: { sweep: sweepFailedTasks, days: config.TASK_RETENTION_FAILED_DAYS },
  logs: { sweep: sweepLogs, days: config.TASK_RETENTION_LOG_DAYS },
  ...Object.fromEntries(
    Object.entries(RUN_SWEEPS).map(([name, sweep]) => [
      name,
      { sweep, days: config.TASK_RETENTION_LOG_DAYS },
    ]),
  ),
});

const enforce = async ({ sweep, days }: Rule, { db }: Context): Promise<number> => {
  if (days === 0) return 0;
  let deleted = 0;
  for (let last = BATCH; last === BATCH; deleted += last) last = await sweep(db, days, BATCH);
  return deleted;
};

/** Deletes what has been kept long enough (rule S11); a kind that fails does not stop the others. */
export const enforceRetention = async (context: Context): Promise<void> => {
  for (const [kind, rule] of Object.entries(rulesOf(context.config))) {
    try {
      const deleted = await enforce(rule, context);
      if (deleted > 0) context.log.info({ kind, deleted }, 'old rows of tasks deleted');
    } catch (error) {
      context.log.error({ err: error, kind }, 'old rows of tasks could not be deleted');
    }
  }
};
