import { Queue } from 'bullmq';
import { sql } from 'kysely';
import { queuePrefix } from '#shared/queue/queue-prefix.ts';
import { redisUrl } from '#shared/redis/redis.ts';
import { type FaultWorld, until } from './fault-harness.ts';
import type { MadeTask } from './items.ts';

const QUEUES = ['immediate', 'scheduled'];

/** Waits until both queues hold no job at all. */
export const idle = async ({ resources: { config } }: FaultWorld, timeoutMs: number): Promise<void> => {
  const queues = QUEUES.map(
    (name) =>
      new Queue(name, {
        connection: { url: redisUrl(config) },
        prefix: queuePrefix(config),
        skipVersionCheck: true,
      }),
  );
  try {
    const jobs = () =>
      Promise.all(queues.map((queue) => queue.getJobCountByTypes('waiting', 'active', 'delayed')));
    await until('the queues are empty', async () => (await jobs()).every((count) => count === 0), timeoutMs);
  } finally {
    await Promise.all(queues.map((queue) => queue.close()));
  }
};

/** The runs of a task, oldest first. */
export const runIds = async ({ resources: { db } }: FaultWorld, { id }: MadeTask): Promise<number[]> => {
  const { rows } = await sql<{ id: number }>`
    SELECT id FROM scheduled_task_runs WHERE task_id = ${id} ORDER BY id`.execute(db);
  return rows.map((row) => Number(row.id));
};
