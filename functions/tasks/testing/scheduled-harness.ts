import { type Job, Queue } from 'bullmq';
import { type Insertable, type Selectable, sql } from 'kysely';
import type { Tables } from '#shared/database/tables.ts';
import type { Context } from '#shared/host/context.ts';
import type { BatchResult } from '#shared/host/queue-function.ts';
import { queuePrefix } from '#shared/queue/queue-prefix.ts';
import { redisUrl } from '#shared/redis/redis.ts';
import type { RunAttempt } from '../scheduled/rules/run-attempt.ts';
import { runQueue as declaredQueue } from '../scheduled/run-queue.ts';
import { workScheduled } from '../scheduled/work-scheduled.ts';
import { openTaskAdminHarness, type TaskAdminHarness } from './task-admin-harness.ts';

type TaskRow = Selectable<Tables['scheduled_tasks']>;
type RunRow = Selectable<Tables['scheduled_task_runs']>;
type LogRow = Selectable<Tables['scheduled_task_logs']>;

/** Everything a test of scheduled tasks touches. */
export interface ScheduledHarness extends TaskAdminHarness {
  readonly runQueue: Queue;
  /** Inserts a task past all rules and returns its id; by default a webhook that is due tomorrow. */
  readonly insertTask: (columns?: Partial<Insertable<Tables['scheduled_tasks']>>) => Promise<number>;
  /** Inserts a run that is due now. */
  readonly insertRun: (
    taskId: number,
    columns?: Partial<Insertable<Tables['scheduled_task_runs']>>,
  ) => Promise<number>;
  readonly scheduled: (id: number) => Promise<TaskRow>;
  readonly runs: (taskId: number) => Promise<RunRow[]>;
  readonly logs: (runId: number) => Promise<LogRow[]>;
  readonly changeTask: (id: number, columns: Partial<TaskRow>) => Promise<void>;
  readonly changeRun: (id: number, columns: Partial<RunRow>) => Promise<void>;
  readonly runJob: (attempt: RunAttempt) => Promise<Job | undefined>;
  /** Works on the attempts as if their jobs had come from the queue in one batch. */
  readonly workRuns: (attempts: readonly RunAttempt[], context?: Partial<Context>) => Promise<BatchResult>;
  /** MariaDB's time, moved by seconds. */
  readonly clock: (seconds?: number) => Promise<Date>;
}

let urls = 0;

/** A webhook that no other task of this process has; its host answers nothing. */
export const newUrl = (): string => `https://hooks.example.com/${++urls}`;

/** Opens the harness of a test file. */
export const openScheduledHarness = async (settings: NodeJS.ProcessEnv = {}): Promise<ScheduledHarness> => {
  const world = await openTaskAdminHarness({ API_KEY: 'service-key', ...settings });
  const { db, config, context } = world.resources;
  const runQueue = new Queue(declaredQueue.name, {
    connection: { url: redisUrl(config) },
    prefix: queuePrefix(config),
    skipVersionCheck: true,
  });
  const clock = async (seconds = 0): Promise<Date> => {
    const { rows } = await sql<{ at: Date }>`
      SELECT UTC_TIMESTAMP(3) + INTERVAL ${seconds} SECOND AS at`.execute(db);
    return rows[0]?.at ?? new Date(0);
  };
  return {
    ...world,
    runQueue,
    clock,
    insertTask: async (columns = {}) => {
      const now = await clock();
      const { insertId } = await db
        .insertInto('scheduled_tasks')
        .values({
          content: '',
          cron: '0 0 * * *',
          next_run: await clock(86_400),
          created_at: now,
          updated_at: now,
          ...(columns.template_id === undefined ? { url: newUrl() } : {}),
          ...columns,
        })
        .executeTakeFirstOrThrow();
      return Number(insertId);
    },
    insertRun: async (taskId, columns = {}) => {
      const now = await clock();
      const { insertId } = await db
        .insertInto('scheduled_task_runs')
        .values({
          task_id: taskId,
          trigger_kind: 'schedule',
          due_at: columns.trigger_kind === 'manual' ? null : now,
          next_attempt_at: now,
          created_at: now,
          ...columns,
        })
        .executeTakeFirstOrThrow();
      return Number(insertId);
    },
    scheduled: (id) =>
      db.selectFrom('scheduled_tasks').selectAll().where('id', '=', id).executeTakeFirstOrThrow(),
    runs: (taskId) =>
      db
        .selectFrom('scheduled_task_runs')
        .selectAll()
        .where('task_id', '=', taskId)
        .orderBy('due_at')
        .orderBy('id')
        .execute(),
    logs: (runId) =>
      db
        .selectFrom('scheduled_task_logs')
        .selectAll()
        .where('job_id', '=', `run-${runId}`)
        .orderBy('attempt')
        .execute(),
    changeTask: async (id, { user_key: _generated, ...columns }) => {
      await db.updateTable('scheduled_tasks').set(columns).where('id', '=', id).execute();
    },
    changeRun: async (id, columns) => {
      await db.updateTable('scheduled_task_runs').set(columns).where('id', '=', id).execute();
    },
    runJob: (attempt) => runQueue.getJob(declaredQueue.job(attempt).id),
    workRuns: (attempts, overrides = {}) => {
      const jobs = attempts.map((attempt) => declaredQueue.job(attempt));
      const Records = jobs.map(({ id, data }) => ({ messageId: id, body: JSON.stringify(data) }));
      return workScheduled({ Records }, context(overrides));
    },
    close: async () => {
      await runQueue.close();
      await world.close();
    },
  };
};
