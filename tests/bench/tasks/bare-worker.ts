/** A worker of bare BullMQ jobs that do nothing: what the queue alone can do. */
import { Worker } from 'bullmq';
import { processConfig } from '#shared/config/process-config.ts';
import { declareDomains } from '#shared/declare-domains.ts';
import { queuePrefix } from '#shared/queue/queue-prefix.ts';
import { redisUrl } from '#shared/redis/redis.ts';

await declareDomains();
const config = processConfig();
const worker = new Worker('bare', async () => undefined, {
  connection: { url: redisUrl(config), maxRetriesPerRequest: null },
  prefix: queuePrefix(config),
  concurrency: config.TASK_IMMEDIATE_CONCURRENCY,
});
await worker.waitUntilReady();
process.send?.({ ready: true });
process.on('disconnect', async () => {
  await worker.close();
  process.exit(0);
});
