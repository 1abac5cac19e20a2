import { sql } from 'kysely';
import { createImmediateTask } from '#functions/tasks/index.ts';
import { withTransaction } from '#shared/database/transaction.ts';
import type { FaultWorld } from './fault-harness.ts';

/** An immediate task or a run as a fault test sees it, whatever its table. */
interface ItemState {
  readonly status: string;
  readonly attempts: number;
  readonly error: string | null;
  readonly isHeld: boolean;
  readonly isWebhookDone: boolean;
  /** How its attempts ended, in order; of a run `Failed` also stands for `Interrupted`. */
  readonly outcomes: readonly string[];
}

/** An item to be executed, with its effects. */
export interface Item {
  readonly state: () => Promise<ItemState>;
  /** Message-IDs of the mails that arrived for it. */
  readonly mails: () => readonly string[];
  /** Idempotency keys of the webhook calls that arrived for it. */
  readonly calls: () => readonly string[];
}

interface Row {
  readonly status: string;
  readonly attempts: number;
  readonly error: string | null;
  readonly is_held: number;
  readonly is_done: number;
  readonly outcomes: string | null;
}

let items = 0;

const item = (world: FaultWorld, name: string, read: () => Promise<Row | undefined>): Item => ({
  state: async () => {
    const row = await read();
    if (!row) throw new Error(`${name} is gone`);
    return {
      status: row.status,
      attempts: row.attempts,
      error: row.error,
      isHeld: row.is_held === 1,
      isWebhookDone: row.is_done === 1,
      outcomes: row.outcomes === null ? [] : row.outcomes.split(','),
    };
  },
  mails: () =>
    world.sink.messages
      .filter(({ envelope }) => envelope.to.includes(`${name}@example.com`))
      .map(({ messageId }) => messageId ?? ''),
  calls: () =>
    world.webhooks.calls
      .filter(({ path }) => path === `/${name}`)
      .map(({ headers }) => String(headers['idempotency-key'])),
});

/** Looks at an immediate task; mails to `<name>@example.com` are its effects. */
export const taskItem = (world: FaultWorld, name: string, id: number): Item =>
  item(world, name, async () => {
    const { rows } = await sql<Row>`
      SELECT status, attempts, error, lease_token IS NOT NULL AS is_held, 0 AS is_done,
        (SELECT GROUP_CONCAT(COALESCE(outcome, 'running') ORDER BY id) FROM task_attempts WHERE task_id = task.id)
          AS outcomes
      FROM immediate_tasks task WHERE id = ${id}`.execute(world.resources.db);
    return rows[0];
  });

/** A name that no other item of this process has. */
export const newName = (): string => `item-${++items}`;

/** Creates an immediate task as another domain would; its job goes to Redis past the gates. */
export const createTask = async (world: FaultWorld): Promise<Item> => {
  const { resources } = world;
  const name = newName();
  const task = {
    slug: 'register_template',
    userId: 7,
    recipient: `${name}@example.com`,
    variables: ['link'],
  };
  return taskItem(
    world,
    name,
    await withTransaction(resources.db, (tx) => createImmediateTask(tx, resources.context(), task)),
  );
};

/** What a scheduled task does when it runs. */
export interface RunShape {
  readonly webhook?: boolean;
  readonly mail?: boolean;
}

/** A scheduled task that was made for a test. */
export interface MadeTask {
  readonly id: number;
  readonly name: string;
}

/** Inserts a scheduled task past all rules; `nextRun` is SQL. */
export const insertScheduledTask = async (
  world: FaultWorld,
  { webhook = true, mail = true }: RunShape,
  schedule = { cron: '0 0 1 1 *', nextRun: 'UTC_TIMESTAMP(3) + INTERVAL 1 YEAR', catchUp: 'last' },
): Promise<MadeTask> => {
  const name = newName();
  const { insertId } = await sql`
    INSERT INTO scheduled_tasks
      (template_id, url, method, content, cron, catch_up, next_run, created_at, updated_at)
    SELECT ${mail ? sql`id` : null}, ${webhook ? world.webhookUrl(name) : null}, 'POST',
      ${`${name}@example.com;link`}, ${schedule.cron}, ${schedule.catchUp}, ${sql.raw(schedule.nextRun)},
      UTC_TIMESTAMP(3), UTC_TIMESTAMP(3)
    FROM email_templates WHERE slug = 'register_template'`.execute(world.resources.db);
  return { id: Number(insertId), name };
};

/** Looks at one run of a task. */
export const runItem = (world: FaultWorld, { name }: MadeTask, runId: number): Item =>
  item(world, name, async () => {
    const { rows } = await sql<Row>`
      SELECT status, attempts, error, lease_token IS NOT NULL AS is_held, webhook_done_at IS NOT NULL AS is_done,
        (SELECT GROUP_CONCAT(status ORDER BY id) FROM scheduled_task_logs
          WHERE job_id = CONCAT('run-', run.id)) AS outcomes
      FROM scheduled_task_runs run WHERE id = ${runId}`.execute(world.resources.db);
    return rows[0];
  });

/** Makes a run that is due now, or was `overdueMinutes` ago by its schedule; only a tick queues it. */
export const insertRun = async (
  world: FaultWorld,
  task: MadeTask,
  overdueMinutes?: number,
): Promise<Item> => {
  const due = sql`UTC_TIMESTAMP(3) - INTERVAL ${overdueMinutes ?? 0} MINUTE`;
  const isManual = overdueMinutes === undefined;
  const { insertId } = await sql`
    INSERT INTO scheduled_task_runs (task_id, trigger_kind, due_at, next_attempt_at, created_at)
    VALUES (${task.id}, ${isManual ? 'manual' : 'schedule'}, ${isManual ? null : due}, ${due}, ${due})`.execute(
    world.resources.db,
  );
  return runItem(world, task, Number(insertId));
};

/** Makes a scheduled task with one manual run that is due now. */
export const createRun = async (world: FaultWorld, shape: RunShape = {}): Promise<Item> =>
  insertRun(world, await insertScheduledTask(world, shape));
