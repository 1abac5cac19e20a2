import { type Selectable, sql, type Updateable } from 'kysely';
import { now } from '#shared/database/clock.ts';
import type { Queryable, Transaction } from '#shared/database/database.ts';
import { mapConstraint } from '#shared/database/errors.ts';
import type { Tables } from '#shared/database/tables.ts';
import type { DueTask } from '../rules/due-runs.ts';
import type { Schedule } from '../rules/timetable.ts';

/** What a scheduled task is made of; a mail needs a template, a webhook a url, and there is at least one. */
export interface ScheduledTaskFields extends Schedule, Pick<DueTask, 'catchUp'> {
  readonly userId: number | undefined;
  readonly templateId: number | undefined;
  readonly url: string | undefined;
  readonly method: 'GET' | 'POST';
  /** Empty when there is none. */
  readonly content: string;
  readonly active: boolean;
}

/** A stored task; its `nextRun` is the first due instant that no tick has claimed. */
export interface ScheduledTask extends ScheduledTaskFields, DueTask {
  readonly id: number;
  readonly previousRun: Date | undefined;
  readonly createdAt: Date;
}

/** What a query selects for {@link toTask}. */
export const TASK_COLUMNS = [
  'id',
  'user_id',
  'template_id',
  'url',
  'method',
  'content',
  'cron',
  'timezone',
  'active',
  'catch_up',
  'next_run',
  'previous_run',
  'created_at',
] as const;

/** A row as a task. */
export const toTask = (
  row: Pick<Selectable<Tables['scheduled_tasks']>, (typeof TASK_COLUMNS)[number]>,
): ScheduledTask => ({
  id: row.id,
  userId: row.user_id ?? undefined,
  templateId: row.template_id ?? undefined,
  url: row.url ?? undefined,
  method: row.method,
  content: row.content,
  cron: row.cron,
  timezone: row.timezone,
  active: row.active === 1,
  catchUp: row.catch_up,
  nextRun: row.next_run,
  previousRun: row.previous_run ?? undefined,
  createdAt: row.created_at,
});

const toColumns = (task: ScheduledTaskFields & Pick<DueTask, 'nextRun'>) =>
  ({
    user_id: task.userId ?? null,
    template_id: task.templateId ?? null,
    url: task.url ?? null,
    method: task.method,
    content: task.content,
    cron: task.cron,
    timezone: task.timezone,
    active: task.active ? 1 : 0,
    catch_up: task.catchUp,
    next_run: task.nextRun,
  }) satisfies Updateable<Tables['scheduled_tasks']>;

const tasks = (db: Queryable) => db.selectFrom('scheduled_tasks').select(TASK_COLUMNS);

const refuseTakenUrl = mapConstraint({
  uq_scheduled_tasks_user_url: { code: 'task_exists', field: 'url' },
});

/** The task, or undefined. */
export const findScheduledTask = async (db: Queryable, id: number): Promise<ScheduledTask | undefined> => {
  const row = await tasks(db).where('id', '=', id).executeTakeFirst();
  return row && toTask(row);
};

/** The task, kept from everybody else until the transaction ends, or undefined. */
export const lockScheduledTask = async (
  transaction: Transaction,
  id: number,
): Promise<ScheduledTask | undefined> => {
  const row = await tasks(transaction).where('id', '=', id).forUpdate().executeTakeFirst();
  return row && toTask(row);
};

/** A user's tasks, by id; only the one with this webhook when a url is given. */
export const findTaskIds = async (
  db: Queryable,
  { userId, url }: { readonly userId: number | undefined; readonly url?: string },
): Promise<number[]> => {
  const rows = await db
    .selectFrom('scheduled_tasks')
    .select('id')
    .where('user_key', '=', userId ?? 0)
    .$if(url !== undefined, (query) => query.where('url', '=', url ?? null))
    .orderBy('id')
    .execute();
  return rows.map(({ id }) => id);
};

/** Inserts a task and returns its id. @throws AppError `task_exists` when its user has one with this url */
export const insertScheduledTask = async (
  db: Queryable,
  task: ScheduledTaskFields & Pick<DueTask, 'nextRun'>,
): Promise<number> => {
  const { insertId } = await db
    .insertInto('scheduled_tasks')
    .values({ ...toColumns(task), created_at: now, updated_at: now })
    .executeTakeFirstOrThrow()
    .catch(refuseTakenUrl);
  return Number(insertId);
};

/** Writes all fields of a task. @throws AppError `task_exists` when its user has another one with this url */
export const saveScheduledTask = async (
  transaction: Transaction,
  id: number,
  task: ScheduledTaskFields & Pick<DueTask, 'nextRun'>,
): Promise<void> => {
  await transaction
    .updateTable('scheduled_tasks')
    .set({ ...toColumns(task), updated_at: now })
    .where('id', '=', id)
    .execute()
    .catch(refuseTakenUrl);
};

/** Keeps tasks from everybody else until the transaction ends: always before any of their runs is touched. */
export const lockTasks = async (transaction: Transaction, ids: readonly number[]): Promise<void> => {
  if (ids.length === 0) return;
  // The hint keeps the optimizer from walking a small table, where it would wait for what others have locked.
  await sql`SELECT id FROM scheduled_tasks FORCE INDEX (PRIMARY) WHERE id IN (${sql.join(ids)})
    ORDER BY id FOR UPDATE`.execute(transaction);
};

/** Deletes tasks with their runs and returns how many there were; logs stay without their task. */
export const deleteTasks = async (transaction: Transaction, ids: readonly number[]): Promise<number> => {
  if (ids.length === 0) return 0;
  await lockTasks(transaction, ids);
  const { numAffectedRows } = await sql`DELETE task FROM scheduled_tasks task FORCE INDEX (PRIMARY)
    WHERE task.id IN (${sql.join(ids)})`.execute(transaction);
  return Number(numAffectedRows ?? 0n);
};
