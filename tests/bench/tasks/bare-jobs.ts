import type { Queue } from 'bullmq';
import { type BenchWorld, REQUESTS_AT_A_TIME } from './bench-harness.ts';
import { repeat, timed, until } from './measuring.ts';

const isDrained = async (queue: Queue): Promise<boolean> => {
  const counts = await queue.getJobCounts('waiting', 'active');
  return Object.values(counts).every((count) => count === 0);
};

/** Jobs a second of BullMQ alone: added one by one, as requests do, and taken by workers that do nothing. */
export const benchBareJobs = async (world: BenchWorld, count: number): Promise<number> => {
  const queue = await world.context.queues.open('bare');
  const workers = await world.startWorkers('./bare-worker.ts');
  const add = (index: number) =>
    queue.add('bare', { id: index }, { jobId: `bare-${index}`, removeOnComplete: true, removeOnFail: true });
  const seconds = await timed(async () => {
    await repeat(count, REQUESTS_AT_A_TIME, add);
    await until(() => isDrained(queue));
  });
  for (const worker of workers) await worker.stop();
  return count / seconds;
};
