import { type Job, Queue } from 'bullmq';
import type { Selectable } from 'kysely';
import type { Tables } from '#shared/database/tables.ts';
import { withTransaction } from '#shared/database/transaction.ts';
import type { Context } from '#shared/host/context.ts';
import type { BatchResult } from '#shared/host/queue-function.ts';
import { queuePrefix } from '#shared/queue/queue-prefix.ts';
import { redisUrl } from '#shared/redis/redis.ts';
import { type Harness, openHarness } from '#shared/testing/harness.ts';
import { type MailSink, startMailSink } from '#shared/testing/mail-sink.ts';
import { immediateQueue } from '../immediate/immediate-queue.ts';
import { createImmediateTask, type ImmediateTask } from '../immediate/immediate-tasks.ts';
import type { TaskAttempt } from '../immediate/rules/task-attempt.ts';
import { workImmediate } from '../immediate/work-immediate.ts';

type TaskRow = Selectable<Tables['immediate_tasks']>;
type AttemptRow = Selectable<Tables['task_attempts']>;

/** The one harness with what tests of immediate tasks touch: their queue and a mail server. */
export interface TaskHarness {
  readonly resources: Harness;
  readonly sink: MailSink;
  readonly queue: Queue;
  /** Creates a task with a template of the migration; by default the one that is sensitive and has a variable. */
  readonly create: (task?: Partial<ImmediateTask>, context?: Partial<Context>) => Promise<number>;
  /** Works on the attempts as if their jobs had come from the queue in one batch. */
  readonly work: (attempts: readonly TaskAttempt[], context?: Partial<Context>) => Promise<BatchResult>;
  readonly task: (id: number) => Promise<TaskRow>;
  /** The attempts of all rounds, oldest first. */
  readonly history: (id: number) => Promise<AttemptRow[]>;
  readonly change: (id: number, columns: Partial<TaskRow>) => Promise<void>;
  readonly job: (attempt: TaskAttempt) => Promise<Job | undefined>;
  readonly mailsTo: (recipient: string) => MailSink['messages'];
  /** Does something that many seconds from now, before now if negative: the clock stands still there meanwhile. */
  readonly inSeconds: <T>(seconds: number, act: () => Promise<T>) => Promise<T>;
  readonly close: () => Promise<void>;
}

let recipients = 0;

/** An address that no other test of this process writes to. */
export const newRecipient = (): string => `hanako-${++recipients}@example.com`;

/** Opens the harness of a test file. */
export const openTaskHarness = async (settings: NodeJS.ProcessEnv = {}): Promise<TaskHarness> => {
  const sink = await startMailSink();
  const resources = await openHarness({
    SMTP_HOST: '127.0.0.1',
    SMTP_PORT: String(sink.port),
    SMTP_FROM: 'JapaneseStudent <noreply@example.org>',
    SMTP_SEND_TIMEOUT_MS: '300',
    ...settings,
  });
  const { db, config } = resources;
  const connection = { url: redisUrl(config) };
  const queue = new Queue(immediateQueue.name, {
    connection,
    prefix: queuePrefix(config),
    skipVersionCheck: true,
  });

  const create: TaskHarness['create'] = (task = {}, overrides = {}) => {
    const defaults = { slug: 'register_template', userId: 7, recipient: newRecipient() };
    const context = resources.context(overrides);
    const variables = ['https://example.org/verify?token=abc123'];
    return withTransaction(db, (tx) => createImmediateTask(tx, context, { ...defaults, variables, ...task }));
  };
  const work: TaskHarness['work'] = (attempts, overrides = {}) => {
    const jobs = attempts.map((attempt) => immediateQueue.job(attempt));
    const Records = jobs.map(({ id, data }) => ({ messageId: id, body: JSON.stringify(data) }));
    return workImmediate({ Records }, resources.context(overrides));
  };

  return {
    resources,
    sink,
    queue,
    create,
    work,
    task: (id) => db.selectFrom('immediate_tasks').selectAll().where('id', '=', id).executeTakeFirstOrThrow(),
    history: (id) =>
      db.selectFrom('task_attempts').selectAll().where('task_id', '=', id).orderBy('id').execute(),
    change: async (id, columns) => {
      await db.updateTable('immediate_tasks').set(columns).where('id', '=', id).execute();
    },
    job: (attempt) => queue.getJob(immediateQueue.job(attempt).id),
    mailsTo: (recipient) => sink.messages.filter(({ envelope }) => envelope.to.includes(recipient)),
    inSeconds: async (seconds, act) => {
      try {
        await resources.at(new Date(Date.now() + seconds * 1_000));
        return await act();
      } finally {
        await resources.at();
      }
    },
    close: async () => {
      await queue.close();
      await resources.close();
      await sink.close();
    },
  };
};
