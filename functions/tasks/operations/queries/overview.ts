import { sql } from 'kysely';
import type { Queryable } from '#shared/database/database.ts';

/** How immediate tasks stand; ages are whole seconds. */
export interface ImmediateFigures {
  readonly enqueued: number;
  readonly oldestWaitingSeconds: number;
  readonly failed: number;
  readonly failedLastHour: number;
}

/** How scheduled tasks and their runs stand. */
export interface ScheduledFigures {
  readonly active: number;
  readonly pending: number;
  readonly oldestWaitingSeconds: number;
  readonly failedLastHour: number;
  /** Milliseconds from due to start that 95 % of the last hour's scheduled runs kept; undefined without runs. */
  readonly lateP95Ms: number | undefined;
}

const AN_HOUR_AGO = sql`UTC_TIMESTAMP(3) - INTERVAL 1 HOUR`;
/** Since when the oldest item has been due that no worker holds, as seconds. */
const OLDEST_WAITING = sql`COALESCE(TIMESTAMPDIFF(SECOND, MIN(next_attempt_at), UTC_TIMESTAMP(3)), 0)`;
const DUE_AND_FREE = sql`next_attempt_at <= UTC_TIMESTAMP(3)
  AND (lease_until IS NULL OR lease_until <= UTC_TIMESTAMP(3))`;

const numbersOf = <K extends string>(row: Readonly<Record<K, unknown>> | undefined): Record<K, number> =>
  Object.fromEntries(Object.entries(row ?? {}).map(([name, value]) => [name, Number(value)])) as Record<
    K,
    number
  >;

/** Figures of immediate tasks, each from an index that begins with the status. */
export const immediateFigures = async (db: Queryable): Promise<ImmediateFigures> => {
  const { rows } = await sql<ImmediateFigures>`SELECT
    (SELECT COUNT(*) FROM immediate_tasks WHERE status = 'Enqueued') AS enqueued,
    (SELECT COUNT(*) FROM immediate_tasks WHERE status = 'Failed') AS failed,
    (SELECT COUNT(*) FROM immediate_tasks WHERE status = 'Failed' AND completed_at > ${AN_HOUR_AGO})
      AS failedLastHour,
    (SELECT ${OLDEST_WAITING} FROM immediate_tasks WHERE status = 'Enqueued' AND ${DUE_AND_FREE})
      AS oldestWaitingSeconds`.execute(db);
  return numbersOf(rows[0]);
};

const STARTED = sql`scheduled_task_runs
  WHERE started_at > ${AN_HOUR_AGO} AND trigger_kind = 'schedule' AND due_at IS NOT NULL`;
const PERCENTILE = 0.95;

/** Nearest rank: the smallest lateness that at least 95 % of the runs do not exceed. */
const latenessP95 = async (db: Queryable): Promise<number | undefined> => {
  const counted = await sql<{ runs: number }>`SELECT COUNT(*) AS runs FROM ${STARTED}`.execute(db);
  const runs = Number(counted.rows[0]?.runs ?? 0);
  if (runs === 0) return undefined;
  const rank = Math.ceil(runs * PERCENTILE);
  const { rows } = await sql<{ late: number }>`
    SELECT TIMESTAMPDIFF(MICROSECOND, due_at, started_at) DIV 1000 AS late FROM ${STARTED}
    ORDER BY late LIMIT 1 OFFSET ${rank - 1}`.execute(db);
  return rows[0] && Math.max(0, Number(rows[0].late));
};

/** Figures of scheduled tasks and their runs. */
export const scheduledFigures = async (db: Queryable): Promise<ScheduledFigures> => {
  const { rows } = await sql<Omit<ScheduledFigures, 'lateP95Ms'>>`SELECT
    (SELECT COUNT(*) FROM scheduled_tasks WHERE active = 1) AS active,
    (SELECT COUNT(*) FROM scheduled_task_runs WHERE status = 'Pending') AS pending,
    (SELECT COUNT(*) FROM scheduled_task_runs WHERE status = 'Failed' AND finished_at > ${AN_HOUR_AGO})
      AS failedLastHour,
    (SELECT ${OLDEST_WAITING} FROM scheduled_task_runs WHERE status = 'Pending' AND ${DUE_AND_FREE})
      AS oldestWaitingSeconds`.execute(db);
  return { ...numbersOf(rows[0]), lateP95Ms: await latenessP95(db) };
};
