/** A worker process as an operator runs it: the dispatcher, the worker function and their resources. */
import { workImmediate } from '#functions/tasks/immediate/work-immediate.ts';
import { workScheduled } from '#functions/tasks/scheduled/work-scheduled.ts';
import { processConfig } from '#shared/config/process-config.ts';
import { declareDomains } from '#shared/declare-domains.ts';
import type { Context } from '#shared/host/context.ts';
import type { BatchResult, QueueEvent } from '#shared/host/queue-function.ts';
import { closeResources, openResources } from '#shared/host/resources.ts';
import { startDispatcher } from '#shared/queue/dispatcher.ts';
import { queuePrefix } from '#shared/queue/queue-prefix.ts';
import { redisUrl } from '#shared/redis/redis.ts';

await declareDomains();
const config = processConfig();
const resources = await openResources(config);
const context: Context = {
  ...resources,
  signal: new AbortController().signal,
  requestId: 'bench',
};
const binding = (
  queue: string,
  concurrency: number,
  work: (event: QueueEvent, context: Context) => Promise<BatchResult>,
) => ({
  queue,
  batchSize: 1,
  concurrency,
  maximumBatchingWindowMs: 0,
  invoke: (event: QueueEvent) => work(event, context),
});
const dispatcher = startDispatcher({
  bindings: [
    binding('immediate', config.TASK_IMMEDIATE_CONCURRENCY, workImmediate),
    binding('scheduled', config.TASK_SCHEDULED_CONCURRENCY, workScheduled),
  ],
  redisUrl: redisUrl(config),
  prefix: queuePrefix(config),
  log: resources.log,
});
process.send?.({ ready: true });
process.on('message', () => {
  process.send?.({ memoryMb: Math.round(process.memoryUsage.rss() / 2 ** 20), cpu: process.cpuUsage() });
});
process.on('disconnect', async () => {
  await dispatcher.close();
  await closeResources(resources);
  process.exit(0);
});
