import type { Insertable, Selectable } from 'kysely';
import type { Tables } from '#shared/database/tables.ts';
import { openScheduledHarness, type ScheduledHarness } from './scheduled-harness.ts';
import { newRecipient } from './task-harness.ts';
import { startWebhookSink, type WebhookSink } from './webhook-sink.ts';

/** A due run with all that its effects can be told by. */
export interface MadeRun {
  readonly taskId: number;
  readonly runId: number;
  /** Of its webhook. */
  readonly path: string;
  readonly recipient: string;
}

/** A {@link ScheduledHarness} with a server for webhooks. */
export interface RunHarness extends ScheduledHarness {
  readonly hooks: WebhookSink;
  readonly callsTo: (path: string) => WebhookSink['calls'];
  /** Creates a task with a webhook (by default), a mail or both, and a run of it that is due. */
  readonly createRun: (
    parts?: { readonly hook?: boolean; readonly mail?: boolean },
    columns?: Partial<Insertable<Tables['scheduled_tasks']>>,
  ) => Promise<MadeRun>;
  /** The first run of a task. */
  readonly runOf: (taskId: number) => Promise<Selectable<Tables['scheduled_task_runs']>>;
  /** Lets both servers accept everything again. */
  readonly behaveWell: () => void;
}

let paths = 0;

/** Answers every call with a status and a body. */
export const answerWith =
  (status: number, body = ''): Parameters<WebhookSink['behave']>[0] =>
  (_call, response) =>
    void response.writeHead(status).end(body);

/** Opens a world for the tests of the worker of runs. */
export const openRunHarness = async (): Promise<RunHarness> => {
  const hooks = await startWebhookSink();
  const world = await openScheduledHarness({
    WEBHOOK_PRIVATE_HOSTS: '127.0.0.1:*',
    WEBHOOK_TIMEOUT_MS: '400',
  });
  return {
    ...world,
    hooks,
    callsTo: (path) => hooks.calls.filter((call) => call.path === path),
    createRun: async (parts = { hook: true }, columns = {}) => {
      const path = `/hook/${++paths}`;
      const recipient = newRecipient();
      const taskId = await world.insertTask({
        url: parts.hook ? `http://127.0.0.1:${hooks.port}${path}` : null,
        ...(parts.mail ? { template_id: 4, content: recipient } : {}),
        ...columns,
      });
      return { taskId, path, recipient, runId: await world.insertRun(taskId) };
    },
    runOf: async (taskId) => {
      const [run] = await world.runs(taskId);
      if (!run) throw new Error('the task has no run');
      return run;
    },
    behaveWell: () => {
      world.sink.behave(() => 'accept');
      hooks.behave(answerWith(200));
    },
    close: async () => {
      await world.close();
      await hooks.close();
    },
  };
};
